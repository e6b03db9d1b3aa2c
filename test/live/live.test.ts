/** Readers who share what a subgraph tells. */
import './branch.cases.ts';
import './reload.cases.ts';
import './renewal.cases.ts';
import './resume.cases.ts';
import './sharing.cases.ts';
import './viewer.cases.ts';
