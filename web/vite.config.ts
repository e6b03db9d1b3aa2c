import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { parse } from 'graphql';
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

/** Parts of a module's syntax tree, as far as they are looked at. */
interface Syntax {
  type?: string;
  value?: unknown;
  expressions?: unknown[];
  quasis?: { value: { cooked: string } }[];
}

/**
 * Writes the texts of all operations in the sources by their SHA-256, for the gateway and not for browsers: the page names its
 * operations by hash. A text is an operation if it reads as one; it must be written in one piece.
 */
function operations(): Plugin {
  const texts = new Set<string>();
  const keep = (text: unknown, isWhole: boolean) => {
    if (typeof text !== 'string' || !/^\s*(query|mutation|subscription)\s[^{]*\{/.test(text)) return;
    if (!isWhole) throw new Error(`This operation is put together, so that its hash is not known: ${text}`);
    parse(text); // or the build ends here
    texts.add(text);
  };
  const search = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, expressions, quasis } = node as Syntax;
    if (type === 'Literal') keep(value, true);
    else if (type === 'TemplateLiteral') keep(quasis?.[0]?.value.cooked, expressions?.length === 0);
    for (const child of Object.values(node)) search(child);
  };
  return {
    name: 'operations',
    enforce: 'post',
    buildStart: () => texts.clear(),
    transform(code, id) {
      if (/[\\/]web[\\/](src|co-editing)[\\/].*\.tsx?$/.test(id)) search(this.parse(code));
    },
    generateBundle() {
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      const manifest = Object.fromEntries([...texts].sort().map((text) => [hash(text), text]));
      this.emitFile({ type: 'asset', fileName: '.operations.json', source: `${JSON.stringify(manifest, null, 2)}\n` });
    },
  };
}

/** Lays a compressed copy beside each written file: only then is it as it will be served. */
function compress(): Plugin {
  return {
    name: 'compress',
    writeBundle({ dir = '' }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (fileName.startsWith('.')) continue; // not served
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
  plugins: [react(), serviceWorker(), operations(), compress()],
  build: {
    target: 'es2022',
    // The content policy refuses inline styles and scripts; data: URLs would be allowed for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
