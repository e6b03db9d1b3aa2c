import { createTransport } from 'nodemailer';
import type { Message } from './compose.ts';

export interface MailSettings {
  /** SMTP_URL. */
  smtpUrl: string;
  /** MAIL_FROM. */
  from: string;
  /** PUBLIC_URL: links begin with it. */
  publicUrl: string;
}

export interface Transport {
  /** @throws MailRefused */
  send(to: string, message: Message): Promise<void>;
  close(): void;
}

/** A mail was not taken. Says nothing of whom it was for, so that it may stand in a log. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
  /** @param scope whether this mail was refused, or nothing can be mailed now */
  constructor(
    readonly scope: 'mail' | 'server',
    readonly code: string,
    readonly responseCode: number | null,
  ) {
    super(`mail was refused: ${code}${responseCode === null ? '' : ` ${responseCode}`}`);
  }
}

const patience = 10_000; // ms for a connection, and for its greeting
const silence = 30_000; // ms that a server may be silent in the middle

export function openTransport({ smtpUrl, from }: MailSettings): Transport {
  const transport = createTransport({
    url: smtpUrl,
    ...{ connectionTimeout: patience, greetingTimeout: patience, socketTimeout: silence },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    async send(to, { subject, text, html, language, messageId }) {
      try {
        await transport.sendMail({
          from,
          // as an object: what is in an address is never read as a list of several
          to: { name: '', address: to },
          ...{ subject, text, html, messageId },
          headers: {
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
            'Content-Language': language,
          },
        });
      } catch (error) {
        throw toRefusal(error);
      }
    },
    close: () => transport.close(),
  };
}

function toRefusal(error: unknown): MailRefused {
  const { code, command, responseCode } = error as { code?: string; command?: string; responseCode?: number };
  // 421: the server closes, whatever it was asked
  const isOfMail = responseCode !== 421 && (command === 'RCPT TO' || command === 'DATA' || code === 'EMESSAGE');
  return new MailRefused(isOfMail ? 'mail' : 'server', code ?? 'EUNKNOWN', responseCode ?? null);
}
