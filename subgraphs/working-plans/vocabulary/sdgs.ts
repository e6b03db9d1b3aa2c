import type { Localized } from '../../../kit/types.ts';

/** A goal of the 2030 Agenda, and how many targets it has: numbered ones, and lettered ones on the means of implementation. */
export interface GoalRecord {
  number: number;
  title: Localized;
  numbered: number;
  lettered: number;
}

const goal = (
  number: number,
  numbered: number,
  lettered: number,
  [en, es, fr, pt]: readonly [string, string, string, string],
) => ({
  ...{ number, numbered, lettered },
  title: { en, es, fr, pt },
});

/** The 17 goals and their 169 targets (A/RES/70/1). */
export const goals: readonly GoalRecord[] = [
  goal(1, 5, 2, ['No poverty', 'Fin de la pobreza', 'Pas de pauvreté', 'Erradicação da pobreza']),
  goal(2, 5, 3, ['Zero hunger', 'Hambre cero', 'Faim « zéro »', 'Fome zero']),
  goal(3, 9, 4, ['Good health and well-being', 'Salud y bienestar', 'Bonne santé et bien-être', 'Saúde e bem-estar']),
  goal(4, 7, 3, ['Quality education', 'Educación de calidad', 'Éducation de qualité', 'Educação de qualidade']),
  goal(5, 6, 3, ['Gender equality', 'Igualdad de género', 'Égalité entre les sexes', 'Igualdade de gênero']),
  goal(6, 6, 2, [
    'Clean water and sanitation',
    'Agua limpia y saneamiento',
    'Eau propre et assainissement',
    'Água potável e saneamento',
  ]),
  goal(7, 3, 2, [
    'Affordable and clean energy',
    'Energía asequible y no contaminante',
    'Énergie propre et d’un coût abordable',
    'Energia limpa e acessível',
  ]),
  goal(8, 10, 2, [
    'Decent work and economic growth',
    'Trabajo decente y crecimiento económico',
    'Travail décent et croissance économique',
    'Trabalho decente e crescimento econômico',
  ]),
  goal(9, 5, 3, [
    'Industry, innovation and infrastructure',
    'Industria, innovación e infraestructura',
    'Industrie, innovation et infrastructure',
    'Indústria, inovação e infraestrutura',
  ]),
  goal(10, 7, 3, [
    'Reduced inequalities',
    'Reducción de las desigualdades',
    'Inégalités réduites',
    'Redução das desigualdades',
  ]),
  goal(11, 7, 3, [
    'Sustainable cities and communities',
    'Ciudades y comunidades sostenibles',
    'Villes et communautés durables',
    'Cidades e comunidades sustentáveis',
  ]),
  goal(12, 8, 3, [
    'Responsible consumption and production',
    'Producción y consumo responsables',
    'Consommation et production responsables',
    'Consumo e produção responsáveis',
  ]),
  goal(13, 3, 2, [
    'Climate action',
    'Acción por el clima',
    'Lutte contre les changements climatiques',
    'Ação contra a mudança global do clima',
  ]),
  goal(14, 7, 3, ['Life below water', 'Vida submarina', 'Vie aquatique', 'Vida na água']),
  goal(15, 9, 3, ['Life on land', 'Vida de ecosistemas terrestres', 'Vie terrestre', 'Vida terrestre']),
  goal(16, 10, 2, [
    'Peace, justice and strong institutions',
    'Paz, justicia e instituciones sólidas',
    'Paix, justice et institutions efficaces',
    'Paz, justiça e instituições eficazes',
  ]),
  goal(17, 19, 0, [
    'Partnerships for the goals',
    'Alianzas para lograr los objetivos',
    'Partenariats pour la réalisation des objectifs',
    'Parcerias e meios de implementação',
  ]),
];

/** The targets of a goal, by their codes: `16.4`, `16.a`. */
export const targetsOf = ({ number, numbered, lettered }: GoalRecord): string[] => [
  ...Array.from({ length: numbered }, (_, index) => `${number}.${index + 1}`),
  ...Array.from({ length: lettered }, (_, index) => `${number}.${'abcd'[index]}`),
];

const known: ReadonlySet<string> = new Set(goals.flatMap(targetsOf));
export const isSdgTarget = (text: string): boolean => known.has(text);
