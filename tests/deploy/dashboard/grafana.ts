// What Grafana's server and its page bring along, and its components look for: registries, and
// services that do as much as a page needs that stands still.
import {
  createTheme, identityOverrideProcessor, standardEditorsRegistry, standardFieldConfigEditorRegistry,
  standardTransformers, standardTransformersRegistry } from '@grafana/data';
import {
  config, setDataSourceSrv, setEchoSrv, setPluginImportUtils, setRunRequest, setTemplateSrv } from '@grafana/runtime';
import { sceneUtils } from '@grafana/scenes';
import { from, lastValueFrom, map } from 'rxjs';
import { PLUGINS } from './plugins';
import { Prometheus, Span } from './prometheus';

export const theme = createTheme({ colors: { mode: 'dark' } });

const EDITORS = ['select', 'text', 'number', 'boolean', 'radio', 'color', 'multi-select', 'unit', 'fieldColor',
  'thresholds', 'mappings', 'links', 'actions', 'stats-picker', 'strings', 'timezone', 'field-name', 'dashboard-uid',
  'volume', 'cell'];
const FIELD_PROPERTIES = ['unit', 'min', 'max', 'decimals', 'displayName', 'description', 'noValue', 'color', 'links',
  'actions', 'mappings', 'thresholds', 'filterable', 'fieldMinMax'];

function setUpRegistries() {
  const nothing = () => null;
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: nothing })) as any);
  standardFieldConfigEditorRegistry.setInit(() => FIELD_PROPERTIES.map((id) => ({
    id, path: id, name: id, editor: nothing, override: nothing, process: identityOverrideProcessor,
    shouldApply: () => true, settings: {}, getItemsCount: () => 0 })) as any);
  const transformers = new Map(Object.values(standardTransformers).map((one: any) => [one.id, one]));
  standardTransformersRegistry.setInit(() => [...transformers.values()].map((transformation) => ({
    id: transformation.id, name: transformation.name, transformation, editor: nothing })) as any);
}

export function setUp(span: Span) {
  setUpRegistries();
  config.theme2 = theme as any;
  const prometheus = new Prometheus(span);
  sceneUtils.registerRuntimeDataSource({ dataSource: prometheus });
  const settings = { uid: prometheus.uid, type: prometheus.type, name: 'Prometheus', meta: {} };
  setDataSourceSrv({
    get: async () => prometheus, getList: () => [], getInstanceSettings: () => settings, reload() {} } as any);
  setRunRequest(((source: any, request: any) => from(lastValueFrom(source.query(request))).pipe(
    map((answer: any) => ({ ...answer, series: answer.data, timeRange: request.range, request })))) as any);
  setPluginImportUtils({
    importPanelPlugin: async (id: string) => PLUGINS[id],
    getPanelPluginFromCache: (id: string) => PLUGINS[id] } as any);
  setTemplateSrv({
    replace: (text: string) => text, getVariables: () => [], containsTemplate: () => false,
    updateTimeRange() {} } as any);
  setEchoSrv({ addBackend() {}, addEvent() {}, flush() {} } as any);
  return { uid: prometheus.uid, type: prometheus.type };
}
