import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Writes the service worker with a version that follows from what it is to keep, so that a new build replaces the old one's cache. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    generateBundle(_options, bundle) {
      const source = readFileSync(new URL('service-worker.js', import.meta.url), 'utf8');
      const version = createHash('sha256').update(Object.keys(bundle).sort().join('\n')).update(source).digest('hex');
      this.emitFile({
        type: 'asset',
        fileName: 'service-worker.js',
        source: source.replace('BUILD', version.slice(0, 12)),
      });
    },
  };
}

/** Lays a compressed copy beside each written file: only then is it as it will be served. */
function compress(): Plugin {
  return {
    name: 'compress',
    writeBundle({ dir = '' }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        const file = join(dir, fileName);
        const source = readFileSync(file);
        if (source.length < 1024) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(source));
        writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), serviceWorker(), compress()],
  build: {
    target: 'es2022',
    // The content policy refuses inline styles and scripts; data: URLs would be allowed for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
