import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Config, rateLimits } from '../kit/config.ts';
import { ConfigurationError } from '../kit/errors.ts';
import { createLog } from '../kit/log.ts';
import type { GatewayOptions } from './server.ts';
import { openSupergraph } from './supergraph/source.ts';

/**
 * What of the gateway's options follows from the settings alone.
 * @param root the project's folder
 * @throws ConfigurationError for a file that cannot be used
 */
export async function readOptions(config: Config, root: string) {
  return {
    supergraph: openSupergraph(resolve(config.SUPERGRAPH ?? resolve(root, 'schema/supergraph.graphql')), {
      operations: resolve(root, 'schema/operations'),
      tryFirst: config.SUPERGRAPH !== undefined,
    }),
    demand: {
      rates: config.RATE_LIMITS ?? (config.NODE_ENV === 'production' ? rateLimits : {}),
      budgets: config.COST_BUDGETS,
      trustedProxies: config.TRUSTED_PROXIES,
      onlyPersisted: config.OPERATIONS === 'persisted',
      ...(config.PERSISTED_OPERATIONS && { folder: resolve(config.PERSISTED_OPERATIONS) }),
    },
    activeLabels: config.OVERRIDE_LABELS,
    ...(config.HEADER_RULES && { headerRules: await readHeaderRules(resolve(config.HEADER_RULES)) }),
    telemetry: telemetrySettings(config),
    log: createLog('gateway', config.LOG_LEVEL ?? (config.NODE_ENV === 'production' ? 'info' : 'warn')),
  } satisfies Partial<GatewayOptions>;
}

async function readHeaderRules(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`HEADER_RULES: ${file} cannot be read as JSON (${(error as Error).message}).`);
  }
}

const telemetrySettings = (config: Config): GatewayOptions['telemetry'] => ({
  ...(config.METRICS_PORT !== undefined && { metrics: { port: config.METRICS_PORT, host: config.METRICS_HOST } }),
  ...(config.OTEL_EXPORTER_OTLP_ENDPOINT && {
    traces: {
      endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: config.OTEL_EXPORTER_OTLP_HEADERS,
      serviceName: config.OTEL_SERVICE_NAME,
      ratio: config.OTEL_TRACES_SAMPLER_ARG,
    },
  }),
  traceContext: config.TRACE_CONTEXT,
});
