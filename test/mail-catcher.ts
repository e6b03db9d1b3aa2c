import { createServer, type Socket } from 'node:net';

export interface Mail {
  to: string;
  from: string;
  /** By their names in lower case, unfolded and decoded. */
  headers: Record<string, string>;
  text: string;
  html: string;
}

export interface MailCatcher {
  /** As SMTP_URL. */
  url: string;
  /** Everything that was taken, in order. */
  mails: Mail[];
  /** Those to this address that are not taken yet; `count` of them at least. @throws after 10 s */
  take(to: string, count?: number): Promise<Mail[]>;
  /** What it answers instead of taking a recipient, or a connection; undefined: it takes them. */
  refuse: { recipient?: string; connection?: string };
  /** Called when it has taken a mail, before it says so. */
  onTaken?: (mail: Mail) => void;
  stop(): Promise<void>;
}

/** A server that speaks as much of SMTP (RFC 5321) as a mailer needs, and keeps what it is given. */
export async function catchMail(): Promise<MailCatcher> {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const taken = new Map<string, number>();
  const refuse: MailCatcher['refuse'] = {};
  let wake = () => {};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let buffer = '';
    let data: string[] | undefined;
    let envelope = { from: '', to: '' };
    const say = (line: string) => void (socket.writable && socket.write(`${line}\r\n`));
    if (refuse.connection) {
      say(refuse.connection);
      socket.end();
      return;
    }
    say('220 catcher ESMTP');
    const hear = (line: string) => {
      if (data) {
        if (line !== '.') {
          data.push(line.startsWith('.') ? line.slice(1) : line);
          return;
        }
        const mail = { ...envelope, ...readMail(data) };
        mails.push(mail);
        data = undefined;
        catcher.onTaken?.(mail);
        say('250 taken');
        wake();
        return;
      }
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'EHLO') say('250 catcher');
      else if (command === 'MAIL') {
        envelope = { from: address, to: '' };
        say('250 fine');
      } else if (command === 'RCPT') {
        if (refuse.recipient) say(refuse.recipient);
        else {
          envelope.to = address;
          say('250 fine');
        }
      } else if (command === 'DATA') {
        data = [];
        say('354 go on');
      } else if (command === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 fine');
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      buffer += chunk;
      const lines = buffer.split('\r\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) hear(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const catcher: MailCatcher = {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse,
    async take(to, count = 1) {
      const until = Date.now() + 60_000;
      for (;;) {
        const from = taken.get(to) ?? 0;
        const all = mails.filter((mail) => mail.to === to);
        if (all.length - from >= count) {
          taken.set(to, all.length);
          return all.slice(from);
        }
        const left = until - Date.now();
        if (left <= 0) throw new Error(`${all.length - from} mails to ${to} in a minute`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return catcher;
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
const quoted = (text: string) =>
  text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const word = (_: string, encoding: string, text: string) =>
  encoding.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString('latin1') : quoted(text.replaceAll('_', ' '));
const decodeHeader = (value: string) =>
  utf8(value.replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, word));

function split(lines: string[]): { headers: Record<string, string>; body: string } {
  const end = lines.indexOf('');
  const head = lines
    .slice(0, end)
    .join('\n')
    .replace(/\n[ \t]+/g, ' ');
  const headers = Object.fromEntries(
    head.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), decodeHeader(line.slice(colon + 1).trim())];
    }),
  );
  return { headers, body: lines.slice(end + 1).join('\n') };
}

function readMail(lines: string[]): Pick<Mail, 'headers' | 'text' | 'html'> {
  const { headers, body } = split(lines);
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  const parts: Record<string, string> = {};
  for (const part of boundary ? body.split(`--${boundary}`).slice(1, -1) : []) {
    const { headers: own, body: coded } = split(part.replace(/^\n|\n$/g, '').split('\n'));
    const encoding = own['content-transfer-encoding'];
    const plain = encoding === 'base64' ? Buffer.from(coded, 'base64').toString('latin1') : quoted(coded);
    parts[own['content-type']?.split(';')[0] ?? ''] = utf8(encoding === '7bit' ? coded : plain);
  }
  return { headers, text: parts['text/plain'] ?? '', html: parts['text/html'] ?? '' };
}
