const browsers: readonly [string, RegExp][] = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\b(OPR|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
];
const systems: readonly [string, RegExp][] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
];

/**
 * A client in words that its person knows it by, and no more: `Firefox on Android`, `Chrome on Windows`; a program by its
 * own name; `unknown device`. Versions and models, by which a device could be recognised elsewhere, are left out.
 */
export function describeDevice(userAgent: unknown): string {
  if (typeof userAgent !== 'string') return 'unknown device';
  const text = userAgent.slice(0, 512);
  const find = (known: typeof browsers) => known.find(([, pattern]) => pattern.test(text))?.[0];
  const browser = find(browsers);
  const system = find(systems);
  if (browser) return system ? `${browser} on ${system}` : browser;
  const [, program] = /^([A-Za-z][\w.-]{0,30})(\/|$)/.exec(text) ?? [];
  return program ?? (system ? `a program on ${system}` : 'unknown device');
}
