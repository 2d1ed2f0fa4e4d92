// Asks Prometheus and makes Grafana's data frames of its answers, as Grafana's data source does.
import { DataFrame, FieldType, LoadingState, toDataFrame } from '@grafana/data';
import { RuntimeDataSource } from '@grafana/scenes';
import { from } from 'rxjs';

export interface Span { prometheus: string; start: number; end: number }
interface Target { refId: string; expr: string; instant: boolean; format?: string; legendFormat: string }
interface Series { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }

const POINTS = 300;

async function ask(target: Target, { prometheus, start, end }: Span): Promise<Series[]> {
  const step = Math.max(1, Math.round((end - start) / POINTS));
  const [path, when] = target.instant
    ? ['query', { time: `${end}` }] as const
    : ['query_range', { start: `${start}`, end: `${end}`, step: `${step}` }] as const;
  const parameters = new URLSearchParams({ query: target.expr, ...when });
  const answer = await (await fetch(`${prometheus}/api/v1/${path}?${parameters}`)).json();
  if (answer.status !== 'success') throw new Error(`${target.expr}: ${answer.error}`);
  return answer.data.result;
}

function table({ refId }: Target, all: Series[]): DataFrame[] {
  if (!all.length) return [];
  const labels = [...new Set(all.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return [toDataFrame({ refId, fields: [
    { name: 'Time', type: FieldType.time, values: all.map(({ value }) => value![0] * 1000) },
    ...labels.map((label) => ({
      name: label, type: FieldType.string, values: all.map(({ metric }) => metric[label] ?? '') })),
    { name: `Value #${refId}`, type: FieldType.number, values: all.map(({ value }) => Number(value![1])) },
  ] })];
}

function lines({ refId, legendFormat }: Target, all: Series[], { start, end }: Span): DataFrame[] {
  const interval = Math.max(1, Math.round((end - start) / POINTS)) * 1000;
  return all.map(({ metric: { __name__, ...labels }, value, values = [value!] }) => toDataFrame({
    refId, fields: [
      { name: 'Time', type: FieldType.time, config: { interval }, values: values.map(([when]) => when * 1000) },
      { name: 'Value', type: FieldType.number, labels, values: values.map(([, text]) => Number(text)),
        config: { displayNameFromDS: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '') } },
    ] }));
}

export class Prometheus extends RuntimeDataSource {
  constructor(private span: Span) { super('prometheus', 'prometheus'); }

  query({ targets }: any) {
    const frames = async (target: Target) => {
      const all = await ask(target, this.span);
      return target.format === 'table' ? table(target, all) : lines(target, all, this.span);
    };
    return from(Promise.all(targets.map(frames)).then(
      (answers) => ({ data: answers.flat(), state: LoadingState.Done }))) as any;
  }

  testDatasource(): any { return Promise.resolve({}); }
}
