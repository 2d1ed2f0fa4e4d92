// The panels that the dashboards have, from the components that Grafana's own panels are made of. The
// panels themselves are in no package.
import { useMemo } from 'react';
import {
  applyNullInsertThreshold, cacheFieldDisplayNames, EventBusSrv, getDisplayValueAlignmentFactors,
  getFieldDisplayValues, identityOverrideProcessor, PanelPlugin, VizOrientation } from '@grafana/data';
import { BarGauge, BigValue, PanelContextProvider, TimeSeries, useTheme2, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

const context = { eventBus: new EventBusSrv(), eventsScope: 'panel' } as any;

// As their PanelDataErrorView.
const Empty = ({ fieldConfig }: any) =>
  <p style={{ textAlign: 'center', paddingTop: '10%' }}>{fieldConfig.defaults.noValue ?? 'No data'}</p>;

function Lines({ data, options, fieldConfig, width, height }: any) {
  // A line ends where its series does, as the panel sees to it: TimeSeries does it for the first one alone.
  const frames = useMemo(() => data.series.map((frame: any) => applyNullInsertThreshold({
    frame, refFieldPseudoMin: data.timeRange.from.valueOf(), refFieldPseudoMax: data.timeRange.to.valueOf() })), [data]);
  if (!data.series.length) return <Empty fieldConfig={fieldConfig} />;
  return <PanelContextProvider value={context}>
    <TimeSeries frames={frames} structureRev={data.structureRev} timeRange={data.timeRange} timeZone={['utc']}
      width={width} height={height} legend={options.legend} options={options} />
  </PanelContextProvider>;
}

function useValues({ data, fieldConfig, options, replaceVariables }: any) {
  const theme = useTheme2();
  return () => getFieldDisplayValues({
    fieldConfig, replaceVariables, theme, data: data.series, reduceOptions: options.reduceOptions,
    sparkline: options.graphMode !== 'none', timeZone: 'utc' } as any);
}

function Figure(props: any) {
  const { data, options, width, height, renderCounter } = props;
  const theme = useTheme2();
  return <VizRepeater getValues={useValues(props)} source={data} width={width} height={height}
    renderCounter={renderCounter} orientation={VizOrientation.Auto} renderValue={(one: any) =>
      <BigValue value={one.value.display} width={one.width} height={one.height} sparkline={one.value.sparkline}
        colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode}
        textMode={options.textMode} theme={theme} />} />;
}

function Bars(props: any) {
  const { data, options, width, height, renderCounter } = props;
  const theme = useTheme2();
  return <VizRepeater getValues={useValues(props)} source={data} width={width} height={height} itemSpacing={8}
    renderCounter={renderCounter} orientation={options.orientation} minVizHeight={options.minVizHeight}
    maxVizHeight={options.maxVizHeight} getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={({ value, orientation, alignmentFactors, ...size }: any) =>
      <BarGauge alignmentFactors={alignmentFactors} value={value.display} width={size.width} height={size.height} orientation={orientation}
        field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)} theme={theme}
        displayMode={options.displayMode} showUnfilled={options.showUnfilled} namePlacement={options.namePlacement}
        valueDisplayMode={options.valueMode} text={options.text} itemSpacing={8} lcdCellWidth={8} />} />;
}

function Table({ data, options, fieldConfig, width, height, replaceVariables }: any) {
  cacheFieldDisplayNames(data.series);
  const frame = data.series[options.frameIndex ?? 0];
  if (!frame?.length) return <Empty fieldConfig={fieldConfig} />;
  return <TableNG data={frame} width={width} height={height} noHeader={!options.showHeader}
    initialSortBy={options.sortBy} cellHeight={options.cellHeight} enableSharedCrosshair={false}
    timeRange={data.timeRange} fieldConfig={fieldConfig} structureRev={data.structureRev} getActions={() => []}
    replaceVariables={replaceVariables} />;
}

function plugin(id: string, component: any, properties: string[]) {
  const editors = (builder: any) => properties.forEach((name) => builder.addCustomEditor({
    id: name, path: name, name, editor: () => null, override: () => null, process: identityOverrideProcessor,
    shouldApply: () => true, defaultValue: undefined }));
  const made = new PanelPlugin(component).useFieldConfig({ useCustomConfig: editors } as any);
  made.meta = { id, name: id, info: {}, sort: 0 } as any;
  return made;
}

export const PLUGINS: Record<string, PanelPlugin> = {
  stat: plugin('stat', Figure, []).setNoPadding(),
  bargauge: plugin('bargauge', Bars, []),
  table: plugin('table', Table, ['align', 'cellOptions', 'width', 'minWidth', 'filterable', 'hideFrom', 'inspect']),
  timeseries: plugin('timeseries', Lines, [
    'drawStyle', 'lineInterpolation', 'lineWidth', 'fillOpacity', 'gradientMode', 'showPoints', 'pointSize',
    'spanNulls', 'stacking', 'axisPlacement', 'axisLabel', 'axisColorMode', 'axisBorderShow', 'axisCenteredZero',
    'scaleDistribution', 'thresholdsStyle', 'lineStyle', 'lineColor', 'hideFrom', 'barAlignment', 'insertNulls']),
};
