import type { Localized } from '../../../kit/types.ts';
import type { UpdateType } from '../entities/update.ts';

const say = (en: string, es: string, fr: string, pt: string): Localized => ({ en, es, fr, pt });

export const founded = say('Network founded', 'Fundación de la red', 'Fondation du réseau', 'Fundação da rede');

/** What stands in a network's history, in words. Updates of other types are its daily business and are left out. */
const words: Partial<Record<UpdateType, Localized>> = {
  NETWORK_CREATED: say(
    'Network entered in the records',
    'Red inscrita en los registros',
    'Réseau inscrit dans les registres',
    'Rede inscrita nos registros',
  ),
  NETWORK_CHANGED: say(
    'Network record changed',
    'Registro de la red modificado',
    'Fiche du réseau modifiée',
    'Registro da rede alterado',
  ),
  BODY_CHANGED: say('Body changed', 'Órgano modificado', 'Organe modifié', 'Órgão alterado'),
  GUIDELINES_CIRCULATED: say(
    'Guidelines put to the members',
    'Directrices presentadas a los miembros',
    'Lignes directrices soumises aux membres',
    'Diretrizes apresentadas aos membros',
  ),
  GUIDELINES_ADOPTED: say(
    'Guidelines adopted',
    'Directrices adoptadas',
    'Lignes directrices adoptées',
    'Diretrizes adotadas',
  ),
  CHARTER_PROPOSED: say(
    'Mission and objectives proposed',
    'Misión y objetivos propuestos',
    'Mission et objectifs proposés',
    'Missão e objetivos propostos',
  ),
  MEMBER_JOINED: say('Member joined', 'Nuevo miembro', 'Nouveau membre', 'Novo membro'),
  MEMBER_LEFT: say('Member left', 'Salida de un miembro', 'Départ d’un membre', 'Saída de um membro'),
  PLAN_ADOPTED: say(
    'Working plan adopted',
    'Plan de trabajo adoptado',
    'Plan de travail adopté',
    'Plano de trabalho adotado',
  ),
  PLAN_ARCHIVED: say(
    'Working plan archived',
    'Plan de trabajo archivado',
    'Plan de travail archivé',
    'Plano de trabalho arquivado',
  ),
  MILESTONE_REACHED: say('Milestone reached', 'Hito alcanzado', 'Jalon atteint', 'Marco alcançado'),
  MEETING_HELD: say('Meeting held', 'Reunión celebrada', 'Réunion tenue', 'Reunião realizada'),
  MINUTES_ADOPTED: say('Minutes adopted', 'Acta aprobada', 'Procès-verbal adopté', 'Ata aprovada'),
  DECISION_CONCLUDED: say('Decision concluded', 'Decisión concluida', 'Décision conclue', 'Decisão concluída'),
  STATEMENT_PUBLISHED: say(
    'Statement published',
    'Declaración publicada',
    'Déclaration publiée',
    'Declaração publicada',
  ),
  GOOD_PRACTICE_PUBLISHED: say(
    'Good practice published',
    'Buena práctica publicada',
    'Bonne pratique publiée',
    'Boa prática publicada',
  ),
  REVIEW_STAGE_CHANGED: say(
    'Country review moved on',
    'Avance en un examen de país',
    'Avancée d’un examen de pays',
    'Avanço numa revisão de país',
  ),
  ENGAGEMENT_RECORDED: say(
    'Work with a government recorded',
    'Trabajo con un gobierno registrado',
    'Échange avec un gouvernement consigné',
    'Trabalho com um governo registrado',
  ),
};

export const timelineTypes = Object.keys(words) as UpdateType[];

const statusWords: Record<string, Localized> = {
  ACTIVE: say('Network active', 'Red activa', 'Réseau actif', 'Rede ativa'),
  DORMANT: say('Network pausing', 'Red en pausa', 'Réseau en pause', 'Rede em pausa'),
  CLOSED: say('Network closed', 'Red cerrada', 'Réseau fermé', 'Rede encerrada'),
};
const charterChanged = say(
  'Mission and objectives decided',
  'Misión y objetivos decididos',
  'Mission et objectifs décidés',
  'Missão e objetivos decididos',
);
const bodyFormed = say('Body formed', 'Órgano constituido', 'Organe constitué', 'Órgão constituído');
const bodyClosed = say(
  'Body closed or opened again',
  'Órgano cerrado o reabierto',
  'Organe fermé ou rouvert',
  'Órgão encerrado ou reaberto',
);
const bodyTerm = say('Term of office of a body', 'Mandato de un órgano', 'Mandat d’un organe', 'Mandato de um órgão');

/** The words for an update, by what has changed where that says more. @returns undefined for what is left out of a history */
export function titleOf(type: string, data: Record<string, unknown>): Localized | undefined {
  const changed = Array.isArray(data.changed) ? (data.changed as unknown[]) : [];
  if (type === 'NETWORK_CHANGED') {
    const status = typeof data.status === 'string' ? statusWords[data.status] : undefined;
    return status ?? (changed.includes('charter') ? charterChanged : words.NETWORK_CHANGED);
  }
  if (type === 'BODY_CHANGED') {
    if (data.version === 1) return bodyFormed;
    if (changed.includes('closedOn')) return bodyClosed;
    if (changed.includes('terms')) return bodyTerm;
  }
  return words[type as UpdateType];
}
