// Draws a dashboard's panels with Grafana's own components, at the places that Grafana gives them.
// What to draw is in window.DRAWING; drawing.py puts it there. What each panel then says is left in
// the page as JSON, {title: text}, for tests.
import { Component } from 'react';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';
import { ThemeContext } from '@grafana/data';
import { GlobalStyles } from '@grafana/ui';
import {
  EmbeddedScene, SceneDataTransformer, SceneFlexItem, SceneFlexLayout, SceneQueryRunner, SceneTimeRange,
  VizPanel } from '@grafana/scenes';
import { setUp, theme } from './grafana';

interface Drawing {
  title: string; panels: any[]; choices: string[]; prometheus: string; start: number; end: number; width: number;
}
const drawing: Drawing = (window as any).DRAWING;
const datasource = setUp(drawing);

// Grafana's grid: rows of 30 pixels and gaps of 8.
const ROW = 38, GAP = 8, COLUMN = drawing.width / 24;

function vizPanel({ targets, transformations, title, type, options, fieldConfig }: any) {
  const asked = new SceneQueryRunner({
    datasource, queries: targets.map((target: any) => ({ ...target, datasource })) });
  const $data = transformations ? new SceneDataTransformer({ $data: asked, transformations }) : asked;
  return new VizPanel({ title, pluginId: type, options, fieldConfig, $data } as any);
}

// A panel that cannot be drawn says why.
class Guard extends Component<any, { error?: Error }> {
  state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error) { return { error }; }
  render() { return this.state.error ? <pre>{`cannot be drawn: ${this.state.error.stack}`}</pre> : this.props.children; }
}

function Place({ panel, children }: any) {
  const { x, y, w, h } = panel.gridPos;
  return <section data-title={panel.title} style={{
    position: 'absolute', left: x * COLUMN + GAP / 2, top: y * ROW, width: w * COLUMN - GAP, height: h * ROW - GAP }}>
    <Guard>{children}</Guard></section>;
}

const instant = (seconds: number) => new Date(seconds * 1000).toISOString();
const vizPanels = new Map(drawing.panels.filter(({ type }) => type !== 'row').map((panel) => [panel, vizPanel(panel)]));
new EmbeddedScene({
  $timeRange: new SceneTimeRange({ from: instant(drawing.start), to: instant(drawing.end), timeZone: 'utc' }),
  body: new SceneFlexLayout({ children: [...vizPanels.values()].map((body) => new SceneFlexItem({ body })) }),
}).activate();

const rows = Math.max(...drawing.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
const chip = { background: theme.colors.background.secondary, padding: '4px 8px', marginLeft: GAP };

function Content({ panel }: any) {
  const viz = vizPanels.get(panel);
  return viz ? <viz.Component model={viz} /> : <h5 style={{ padding: '4px 8px' }}>⌄ {panel.title}</h5>;
}

function Page() {
  return <ThemeContext.Provider value={theme}><GlobalStyles isExtensionSidebarOpen={false} hackNoBackdropBlur />
    <MemoryRouter>
      <header style={{ padding: '10px 8px', display: 'flex', alignItems: 'baseline' }}>
        <b style={{ fontSize: 18 }}>{drawing.title}</b>
        {drawing.choices.map((choice) => <span key={choice} style={chip}>{choice}</span>)}
      </header>
      <main style={{ position: 'relative', width: drawing.width, height: rows * ROW }}>
        {drawing.panels.map((panel) => <Place key={panel.id} panel={panel}><Content panel={panel} /></Place>)}
      </main>
    </MemoryRouter></ThemeContext.Provider>;
}

createRoot(document.getElementById('root')!).render(<Page />);

setInterval(() => {
  const said = [...document.querySelectorAll<HTMLElement>('main > section')].map(
    (section) => [section.dataset.title, section.innerText]);
  document.getElementById('said')!.textContent = JSON.stringify(Object.fromEntries(said));
}, 1000);
