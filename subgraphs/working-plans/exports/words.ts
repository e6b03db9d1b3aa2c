/** What a file says besides the plan's own texts, in the four languages of the networks. */
const words = {
  workingPlan: ['Working plan', 'Plan de trabajo', 'Plan de travail', 'Plano de trabalho'],
  annualWorkPlan: ['Annual work plan', 'Plan anual de trabajo', 'Plan de travail annuel', 'Plano anual de trabalho'],
  allColumns: ['Activities', 'Actividades', 'Activités', 'Atividades'],
  funding: ['Funding', 'Financiación', 'Financement', 'Financiamento'],
  networks: ['Networks', 'Redes', 'Réseaux', 'Redes'],
  period: ['Period', 'Período', 'Période', 'Período'],
  status: ['Status', 'Estado', 'État', 'Estado'],
  version: ['Version', 'Versión', 'Version', 'Versão'],
  asItStands: ['as it stands', 'en su estado actual', 'en l’état', 'no estado atual'],
  contentHash: ['SHA-256 of the text', 'SHA-256 del texto', 'SHA-256 du texte', 'SHA-256 do texto'],
  exportedAt: ['Exported', 'Exportado', 'Exporté', 'Exportado'],
  objective: ['Objective', 'Objetivo', 'Objectif', 'Objetivo'],
  objectiveCode: ['Objective code', 'Código del objetivo', 'Code de l’objectif', 'Código do objetivo'],
  outcome: ['Outcome', 'Resultado', 'Résultat', 'Resultado'],
  outcomeCode: ['Outcome code', 'Código del resultado', 'Code du résultat', 'Código do resultado'],
  activity: ['Activity', 'Actividad', 'Activité', 'Atividade'],
  activityCode: ['Activity code', 'Código de la actividad', 'Code de l’activité', 'Código da atividade'],
  thematicArea: ['Thematic area', 'Área temática', 'Domaine thématique', 'Área temática'],
  sdgTargets: ['SDG targets', 'Metas de los ODS', 'Cibles des ODD', 'Metas dos ODS'],
  assumptions: ['Assumptions', 'Supuestos', 'Hypothèses', 'Pressupostos'],
  outcomeIndicators: [
    'Outcome indicators',
    'Indicadores del resultado',
    'Indicateurs du résultat',
    'Indicadores do resultado',
  ],
  description: ['Description', 'Descripción', 'Description', 'Descrição'],
  expertGroup: ['Expert group', 'Grupo de expertos', 'Groupe d’experts', 'Grupo de especialistas'],
  responsible: ['Responsible party', 'Parte responsable', 'Partie responsable', 'Parte responsável'],
  partners: ['Partners', 'Contrapartes', 'Partenaires', 'Parceiros'],
  externalPartners: ['External partners', 'Contrapartes externas', 'Partenaires externes', 'Parceiros externos'],
  countries: ['Countries', 'Países', 'Pays', 'Países'],
  startsOn: ['Start', 'Inicio', 'Début', 'Início'],
  endsOn: ['End', 'Fin', 'Fin', 'Fim'],
  quarters: ['Quarters', 'Trimestres', 'Trimestres', 'Trimestres'],
  milestones: ['Milestones', 'Hitos', 'Jalons', 'Marcos'],
  indicators: ['Indicators', 'Indicadores', 'Indicateurs', 'Indicadores'],
  budget: ['Budget', 'Presupuesto', 'Budget', 'Orçamento'],
  risks: ['Risks', 'Riesgos', 'Risques', 'Riscos'],
  instrumentArticles: [
    'Instrument articles',
    'Artículos de los instrumentos',
    'Articles des instruments',
    'Artigos dos instrumentos',
  ],
  activitySdgTargets: [
    'SDG targets of the activity',
    'Metas de los ODS de la actividad',
    'Cibles des ODD de l’activité',
    'Metas dos ODS da atividade',
  ],
  dependsOn: ['Depends on', 'Depende de', 'Dépend de', 'Depende de'],
  expectedOutputs: ['Expected outputs', 'Productos esperados', 'Produits attendus', 'Produtos esperados'],
  plannedActivities: ['Planned activities', 'Actividades previstas', 'Activités prévues', 'Atividades previstas'],
  quarter: ['Q', 'T', 'T', 'T'],
  fundingSource: ['Source of funds', 'Fuente de fondos', 'Source de financement', 'Fonte de recursos'],
  budgetLabel: ['Budget description', 'Descripción del presupuesto', 'Description du budget', 'Descrição do orçamento'],
  amount: ['Amount', 'Monto', 'Montant', 'Valor'],
  currency: ['Currency', 'Moneda', 'Monnaie', 'Moeda'],
  expenditures: ['Expenditures', 'Gastos', 'Dépenses', 'Despesas'],
  progress: ['Progress towards outputs', 'Avance hacia los productos', 'Progrès', 'Progresso rumo aos produtos'],
  note: ['Note', 'Nota', 'Note', 'Nota'],
  baseline: ['Baseline', 'Línea de base', 'Situation de référence', 'Linha de base'],
  target: ['Target', 'Meta', 'Cible', 'Meta'],
  actual: ['Actual', 'Valor alcanzado', 'Valeur obtenue', 'Valor alcançado'],
  meansOfVerification: [
    'Means of verification',
    'Medios de verificación',
    'Moyens de vérification',
    'Meios de verificação',
  ],
  logframe: ['Logical framework', 'Marco lógico', 'Cadre logique', 'Quadro lógico'],
  annex: ['Annex', 'Anexo', 'Annexe', 'Anexo'],
  level: ['Level', 'Nivel', 'Niveau', 'Nível'],
  narrative: ['Narrative summary', 'Resumen narrativo', 'Logique d’intervention', 'Resumo narrativo'],
  verifiable: [
    'Objectively verifiable indicators',
    'Indicadores objetivamente verificables',
    'Indicateurs objectivement vérifiables',
    'Indicadores objetivamente verificáveis',
  ],
  likelihood: ['Likelihood', 'Probabilidad', 'Probabilité', 'Probabilidade'],
  impact: ['Impact', 'Impacto', 'Impact', 'Impacto'],
  mitigation: ['Mitigation', 'Mitigación', 'Atténuation', 'Mitigação'],
  total: ['Total', 'Total', 'Total', 'Total'],
  unfunded: ['No source yet', 'Sin fuente todavía', 'Sans source', 'Ainda sem fonte'],
  strategies: ['Serves', 'Contribuye a', 'Contribue à', 'Contribui para'],
  page: ['Page', 'Página', 'Page', 'Página'],

  DRAFT: ['Draft', 'Borrador', 'Projet', 'Rascunho'],
  UNDER_REVIEW: ['Under review', 'En revisión', 'En cours d’examen', 'Em revisão'],
  CHANGES_REQUESTED: ['Changes requested', 'Cambios solicitados', 'Modifications demandées', 'Alterações solicitadas'],
  ADOPTED: ['Adopted', 'Aprobado', 'Adopté', 'Aprovado'],
  SUPERSEDED: ['Superseded', 'Reemplazado', 'Remplacé', 'Substituído'],
  ARCHIVED: ['Archived', 'Archivado', 'Archivé', 'Arquivado'],
  PROPOSED: ['Proposed', 'Propuesta', 'Proposée', 'Proposta'],
  PLANNED: ['Planned', 'Prevista', 'Prévue', 'Prevista'],
  IN_PROGRESS: ['In progress', 'En curso', 'En cours', 'Em andamento'],
  AT_RISK: ['At risk', 'En riesgo', 'Menacée', 'Em risco'],
  BLOCKED: ['Blocked', 'Bloqueada', 'Bloquée', 'Bloqueada'],
  COMPLETED: ['Completed', 'Completada', 'Achevée', 'Concluída'],
  CANCELLED: ['Cancelled', 'Cancelada', 'Annulée', 'Cancelada'],
  DEFERRED: ['Deferred', 'Aplazada', 'Reportée', 'Adiada'],
  PENDING: ['Pending', 'Pendiente', 'En attente', 'Pendente'],
  REACHED: ['Reached', 'Alcanzado', 'Atteint', 'Alcançado'],
  MISSED: ['Missed', 'No alcanzado', 'Manqué', 'Não alcançado'],
  DROPPED: ['Dropped', 'Descartado', 'Abandonné', 'Descartado'],
  LOW: ['Low', 'Bajo', 'Faible', 'Baixo'],
  MEDIUM: ['Medium', 'Medio', 'Moyen', 'Médio'],
  HIGH: ['High', 'Alto', 'Élevé', 'Alto'],
  CRITICAL: ['Critical', 'Crítico', 'Critique', 'Crítico'],
  TRAFFICKING_IN_PERSONS: ['Trafficking in persons', 'Trata de personas', 'Traite des personnes', 'Tráfico de pessoas'],
  SMUGGLING_OF_MIGRANTS: [
    'Smuggling of migrants',
    'Tráfico ilícito de migrantes',
    'Trafic illicite de migrants',
    'Contrabando de migrantes',
  ],
  FIREARMS: ['Firearms', 'Armas de fuego', 'Armes à feu', 'Armas de fogo'],
  GENERAL_UNTOC: ['UNTOC in general', 'UNTOC en general', 'Convention en général', 'UNTOC em geral'],
  EMERGING_CRIMES: ['Emerging crimes', 'Delitos emergentes', 'Nouvelles formes de criminalité', 'Crimes emergentes'],
} as const satisfies Record<string, readonly [en: string, es: string, fr: string, pt: string]>;

export type Word = keyof typeof words;
const languages = ['en', 'es', 'fr', 'pt'] as const;

export type Say = (word: Word) => string;

/** The words in a locale's language; English where there is none. */
export function sayIn(locale: string): Say {
  const at = Math.max(0, languages.indexOf(locale.split('-')[0] as (typeof languages)[number]));
  return (word) => words[word][at]!;
}

export const isWord = (text: string): text is Word => Object.hasOwn(words, text);

/** A heading as people may have retyped it: case, accents and what is no letter do not count. */
export const foldHeading = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Which of these words a heading is, in any of the languages. */
export function wordOf<W extends Word>(heading: string, among: readonly W[]): W | undefined {
  const folded = foldHeading(heading);
  return among.find((word) => words[word].some((text) => foldHeading(text) === folded));
}
