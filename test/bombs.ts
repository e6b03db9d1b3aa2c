export const many = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
export const network = (selection: string) => `{ network(slug: "a") { ${selection} } }`;

/** Documents that are small to send and dear to read, check or plan, by what they are. They are valid where they can be. */
export const bombs: [string, string][] = [
  ['one field 3,900 times', network('id '.repeat(3_900))],
  ['one field 900 times', network('id '.repeat(900))],
  ['one field of an object 900 times', network(many(900, () => 'bodies { id }'))],
  ['objects in objects', network(many(30, () => 'bodies { network { bodies { network { id id } } } }'))],
  [
    '400 fragments of one type',
    `${network(many(400, (i) => `...f${i}`))} ${many(400, (i) => `fragment f${i} on Network { id }`)}`,
  ],
  [
    '60 fragments of many fields',
    `${network(many(60, (i) => `...f${i}`))} ${many(60, (i) => `fragment f${i} on Network { ${'id '.repeat(6)} }`)}`,
  ],
  [
    'two fragments of 1,900 fields',
    `${network('...a ...b')} fragment a on Network { ${'id '.repeat(1_900)} } fragment b on Network { ${'id '.repeat(1_900)} }`,
  ],
  [
    'a chain of fragments that doubles 25 times',
    `${network('...f0')} ${many(25, (i) => `fragment f${i} on Network { id ...f${i + 1} ...f${i + 1} }`)} fragment f25 on Network { id }`,
  ],
  [
    'a chain of fragments that doubles 350 times',
    `${network('...f0')} ${many(350, (i) => `fragment f${i} on Network { id ...f${i + 1} ...f${i + 1} }`)} fragment f350 on Network { id }`,
  ],
  [
    'a chain in inline fragments',
    `${network('...f0')} ${many(20, (i) => `fragment f${i} on Network { ... { ...f${i + 1} } ... { ...f${i + 1} } }`)} fragment f20 on Network { id }`,
  ],
  ['1,300 inline fragments, one in another', network(`${'... { '.repeat(1_300)} id ${'}'.repeat(1_300)}`)],
  ['1,300 inline fragments side by side', network('... { id } '.repeat(1_300))],
  [
    'an unused chain',
    `{ __typename } ${many(25, (i) => `fragment f${i} on Network { id ...f${i + 1} ...f${i + 1} }`)} fragment f25 on Network { id }`,
  ],
  ['a field of 200,000 letters', network('x'.repeat(200_000))],
  ['a hundred fields of 2,000 letters', network(many(100, (i) => `${'name'.repeat(500)}${i}`))],
  ['900 unknown fields', network(many(900, (i) => `nam${i}`))],
  ['1,300 unknown arguments', `{ network(${many(1_300, (i) => `a${i}: 1`)}) { id } }`],
  ['a list of 3,900', `{ network(slug: [${'1 '.repeat(3_900)}]) { id } }`],
  ['an object of 1,300', `{ network(slug: { ${many(1_300, (i) => `a${i}: 1`)} }) { id } }`],
  ['a text of 250,000 letters', `{ network(slug: "${'x'.repeat(250_000)}") { id } }`],
  ['600 operations', many(600, (i) => `query q${i} { __typename }`)],
  ['900 variables', `query (${many(790, (i) => `$a${i}: Int`)}) { network(slug: "a") { id } }`],
  [
    'introspection in introspection',
    `{ __schema { types { ${'fields { type { '.repeat(4)} name ${'} }'.repeat(4)} } } }`,
  ],
  [
    'introspection as wide as it is deep',
    `{ __schema { types { ${many(30, () => 'fields { type { fields { type { fields { name } } } } }')} } } }`,
  ],
  ['3,000 brackets', `{ a(x: ${'['.repeat(1_900)}${']'.repeat(1_900)}) }`],
  ['comments and commas', `{ __typename ${',#\n'.repeat(80_000)} }`],
];
