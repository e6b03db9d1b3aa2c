import type { NoticeKind, NoticeTargetName } from '../../../kit/notices/write.ts';

export interface MailWords {
  /** Of a mail with one notice, and with several. */
  subject(kind: NoticeKind, title: string): string;
  subjectOfMany(count: number): string;
  heading: Record<NoticeKind, string>;
  /** What has no title, or has it no more. */
  untitled: Record<NoticeTargetName, string>;
  until(moment: string): string;
  dueOn(day: string): string;
  more(count: number): string;
  zone(name: string): string;
  why: string;
  code: { subject: string; body(code: string): string; ignore: string };
}

const en: MailWords = {
  subject: (kind, title) => `${en.heading[kind]}: ${title}`,
  subjectOfMany: (count) => `${count} notices`,
  heading: {
    DECISION_WAITS: "Waiting for your organisation's position",
    MENTION: 'You were mentioned',
    ASSIGNED: 'Assigned to your organisation',
    LATE: 'Late',
  },
  untitled: { Post: 'A discussion', Decision: 'A decision', Activity: 'An activity', Milestone: 'A milestone' },
  until: (moment) => `open until ${moment}`,
  dueOn: (day) => `was due on ${day}`,
  more: (count) => (count === 1 ? 'One more is in your inbox.' : `${count} more are in your inbox.`),
  zone: (name) => `Times are those of ${name}.`,
  why: 'You are mailed because you asked for it on the NET4U platform, where you can change or end it.',
  code: {
    subject: 'Your code',
    body: (code) => `Your code is ${code}. With it you confirm that NET4U may mail you here. It is good for an hour.`,
    ignore: 'If you did not ask for this, do nothing: nothing more is sent.',
  },
};

const es: MailWords = {
  subject: (kind, title) => `${es.heading[kind]}: ${title}`,
  subjectOfMany: (count) => `${count} avisos`,
  heading: {
    DECISION_WAITS: 'A la espera de la posición de su organización',
    MENTION: 'Le han mencionado',
    ASSIGNED: 'Asignado a su organización',
    LATE: 'Con retraso',
  },
  untitled: { Post: 'Un debate', Decision: 'Una decisión', Activity: 'Una actividad', Milestone: 'Un hito' },
  until: (moment) => `abierta hasta el ${moment}`,
  dueOn: (day) => `vencía el ${day}`,
  more: (count) => (count === 1 ? 'Hay uno más en su bandeja.' : `Hay ${count} más en su bandeja.`),
  zone: (name) => `Las horas son de ${name}.`,
  why: 'Recibe este correo porque lo pidió en la plataforma NET4U, donde puede cambiarlo o darlo de baja.',
  code: {
    subject: 'Su código',
    body: (code) => `Su código es ${code}. Con él confirma que NET4U puede escribirle aquí. Vale una hora.`,
    ignore: 'Si no lo ha pedido, no haga nada: no se le enviará nada más.',
  },
};

const fr: MailWords = {
  subject: (kind, title) => `${fr.heading[kind]} : ${title}`,
  subjectOfMany: (count) => `${count} avis`,
  heading: {
    DECISION_WAITS: 'En attente de la position de votre organisation',
    MENTION: 'Vous avez été mentionné(e)',
    ASSIGNED: 'Attribué à votre organisation',
    LATE: 'En retard',
  },
  untitled: { Post: 'Une discussion', Decision: 'Une décision', Activity: 'Une activité', Milestone: 'Un jalon' },
  until: (moment) => `ouverte jusqu’au ${moment}`,
  dueOn: (day) => `échéance passée : ${day}`,
  more: (count) =>
    count === 1 ? 'Il y en a un de plus dans votre boîte.' : `Il y en a ${count} de plus dans votre boîte.`,
  zone: (name) => `Les heures sont celles de ${name}.`,
  why: 'Vous recevez ce message parce que vous l’avez demandé sur la plateforme NET4U, où vous pouvez le modifier ou l’arrêter.',
  code: {
    subject: 'Votre code',
    body: (code) =>
      `Votre code est ${code}. Il confirme que NET4U peut vous écrire à cette adresse. Il est valable une heure.`,
    ignore: 'Si vous n’avez rien demandé, ne faites rien : rien d’autre ne sera envoyé.',
  },
};

const pt: MailWords = {
  subject: (kind, title) => `${pt.heading[kind]}: ${title}`,
  subjectOfMany: (count) => `${count} avisos`,
  heading: {
    DECISION_WAITS: 'À espera da posição da sua organização',
    MENTION: 'Mencionaram você',
    ASSIGNED: 'Atribuído à sua organização',
    LATE: 'Em atraso',
  },
  untitled: { Post: 'Uma discussão', Decision: 'Uma decisão', Activity: 'Uma atividade', Milestone: 'Um marco' },
  until: (moment) => `aberta até ${moment}`,
  dueOn: (day) => `o prazo era ${day}`,
  more: (count) => (count === 1 ? 'Há mais um na sua caixa.' : `Há mais ${count} na sua caixa.`),
  zone: (name) => `As horas são de ${name}.`,
  why: 'Você recebe esta mensagem porque a pediu na plataforma NET4U, onde pode alterá-la ou encerrá-la.',
  code: {
    subject: 'O seu código',
    body: (code) =>
      `O seu código é ${code}. Com ele, você confirma que a NET4U pode escrever para este endereço. Vale por uma hora.`,
    ignore: 'Se não o pediu, não faça nada: nada mais será enviado.',
  },
};

const languages: Record<string, MailWords> = { en, es, fr, pt };

/** @param locale e.g. `pt-BR`; what we have no words for is said in English */
export function wordsFor(locale: string): { language: string; words: MailWords } {
  const [language = ''] = locale.toLowerCase().split('-');
  const known = Object.hasOwn(languages, language) ? language : 'en';
  return { language: known, words: languages[known]! };
}
