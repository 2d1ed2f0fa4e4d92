// Draws the panels that DATA has answers for, as Grafana would place and colour them.
'use strict';

const UNIT_PX = 30;  // of Grafana's grid, gap included; Grafana itself takes 38
const GAP_PX = 7;
const LEGEND_ROW_PX = 16;

function element(parent, tag, name = '', text = '') {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== '') made.textContent = text;
  parent.append(made);
  return made;
}

const named = (target, metric) =>
  target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] || '').trim();

const last = (series) => Number(series.values[series.values.length - 1][1]);

// [{name, values, target}] of all queries of a panel.
function seriesOf(panel) {
  return panel.targets.flatMap((target) => DATA.panels[panel.id][target.refId].map(
    (one) => ({ ...one, name: named(target, one.metric), target })));
}

function override(panel, name) {
  const found = {};
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    const hit = matcher.id === 'byName' ? matcher.options === name
      : new RegExp(`^(${matcher.options})$`).test(name);
    if (hit) for (const { id, value } of properties) found[id] = value;
  }
  return found;
}

function drawStat(panel, box, section) {
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const [series] = seriesOf(panel);
  const background = level(last(series), thresholds.steps);
  section.classList.add('filled');
  section.style.background = `linear-gradient(120deg, color-mix(in srgb, ${background} 78%, #000),`
    + ` color-mix(in srgb, ${background} 62%, #000))`;
  box.classList.add('figure');
  const canvas = element(box, 'canvas');
  const width = canvas.width = section.clientWidth;
  const height = canvas.height = section.clientHeight * 0.45;
  const values = series.values.map((pair) => Number(pair[1]));
  const top = Math.max(...values, 1e-9);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff38';
  context.moveTo(0, height);
  values.forEach((value, i) => context.lineTo(
    i / (values.length - 1) * width, height - value / top * height * 0.9));
  context.lineTo(width, height);
  context.fill();
  element(box, 'span', '', format(last(series), unit));
}

function drawBarGauge(panel, box) {
  const { unit, thresholds, max } = panel.fieldConfig.defaults;
  box.classList.add('gauge');
  for (const series of seriesOf(panel)) {
    const line = element(box, 'p');
    line.style.margin = 0;
    element(line, 'label', '', series.name);
    const value = last(series), bar = element(line, 'div');
    const fill = element(element(bar, 'u'), 'i');
    fill.style.width = `${Math.min(value / max, 1) * 100}%`;
    fill.style.background = level(value, thresholds.steps);
    element(bar, 'b', '', format(value, unit)).style.color = level(value, thresholds.steps);
  }
}

// Rows by their labels with the values of all queries, as the merge transformation makes them.
function merged(panel) {
  const [filter] = panel.transformations;
  const names = filter.options.include.names, rows = new Map();
  for (const target of panel.targets) {
    for (const series of DATA.panels[panel.id][target.refId]) {
      const labels = Object.fromEntries(
        Object.entries(series.metric).filter(([label]) => names.includes(label)));
      const key = JSON.stringify(Object.entries(labels).sort());
      if (!rows.has(key)) rows.set(key, labels);
      rows.get(key)[`Value #${target.refId}`] = last(series);
    }
  }
  return [...rows.values()];
}

function drawTable(panel, box) {
  const organize = panel.transformations.find((step) => step.id === 'organize');
  const headings = organize.options.renameByName;
  const [sort] = panel.options.sortBy;
  const by = Object.keys(headings).find((name) => headings[name] === sort.displayName);
  const rows = merged(panel).sort((a, b) => b[by] - a[by]);
  const table = element(box, 'table'), head = element(table, 'tr');
  const numeric = (name) => name.startsWith('Value #');
  for (const [name, heading] of Object.entries(headings)) {
    element(head, 'th', numeric(name) && !override(panel, heading).color ? 'number' : '', heading);
  }
  for (const row of rows.slice(0, Math.floor((box.clientHeight - 27) / 27))) {
    const line = element(table, 'tr');
    for (const [name, heading] of Object.entries(headings)) {
      const own = override(panel, heading);
      const text = numeric(name)
        ? format(row[name], own.unit || panel.fieldConfig.defaults.unit) : row[name];
      if (own.color) {
        const cell = element(element(line, 'td', 'bar'), 'div'), bar = element(cell, 'i');
        bar.style.width = `${row[name] / rows[0][by] * 75}%`;
        bar.style.background = color(own.color.fixedColor);
        element(cell, 'b', '', text);
      } else {
        element(line, 'td', numeric(name) ? 'number' : '', text);
      }
    }
  }
}

const clock = (when) => new Date(when * 1000).toISOString().slice(11, 19);

// Values on the seconds of the scene, null where there are none.
function onAxis(series, times) {
  const known = new Map(series.values.map(([when, value]) => [Number(when), Number(value)]));
  return times.map((when) => (known.has(when) ? known.get(when) : null));
}

function legend(panel, box, all, height) {
  const { unit } = panel.fieldConfig.defaults;
  const table = element(element(box, 'div', 'legend'), 'table');
  const head = element(table, 'tr');
  element(head, 'th', '', 'Name');
  for (const name of ['Last *', 'Max']) element(head, 'th', 'number', name);
  const fit = Math.floor((height - LEGEND_ROW_PX) / LEGEND_ROW_PX);
  const shown = all.length > fit ? all.slice(0, fit - 1) : all;
  for (const series of shown) {
    const line = element(table, 'tr'), cell = element(line, 'td');
    element(cell, 'i').style.background = series.color;
    cell.append(series.name);
    element(line, 'td', 'number', format(last(series), unit));
    const highest = Math.max(...series.values.map((pair) => Number(pair[1])));
    element(line, 'td', 'number', format(highest, unit));
  }
  if (shown.length < all.length) {
    element(element(table, 'tr'), 'td', 'more', `and ${all.length - shown.length} more`);
  }
}

function thresholdLines(panel) {
  if (panel.fieldConfig.defaults.custom.thresholdsStyle.mode === 'off') return () => {};
  return (plot) => {
    const { left, width } = plot.bbox;
    for (const step of panel.fieldConfig.defaults.thresholds.steps.slice(1)) {
      const y = plot.valToPos(step.value, 'y', true);
      plot.ctx.save();
      plot.ctx.strokeStyle = color(step.color);
      plot.ctx.setLineDash([8, 6]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(left, y);
      plot.ctx.lineTo(left + width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }
  };
}

// The lines and their values. Stacked as Grafana does, the first one at the bottom, and drawn from
// the top one down.
function lines(panel, all, times) {
  const { stacking, fillOpacity } = panel.fieldConfig.defaults.custom;
  const stacked = stacking.mode === 'normal';
  const drawn = stacked ? [...all].reverse() : all;
  const columns = drawn.map((series) => onAxis(series, times));
  if (stacked) {
    for (let i = columns.length - 2; i >= 0; i--) {
      columns[i] = columns[i].map((value, t) => (value || 0) + (columns[i + 1][t] || 0));
    }
  }
  const opacity = Math.round(fillOpacity / 100 * 255).toString(16).padStart(2, '0');
  const looks = drawn.map((series) => ({
    stroke: series.color, width: 1.5, points: { show: false },
    fill: stacked ? mixed(series.color, fillOpacity) : series.color + opacity }));
  return { columns, looks };
}

function drawTimeSeries(panel, box) {
  const { unit } = panel.fieldConfig.defaults;
  const all = seriesOf(panel);
  if (!all.length) return element(box, 'div', 'empty', 'No data');
  all.forEach((series, i) => {
    const own = override(panel, series.name);
    series.color = own.color ? color(own.color.fixedColor) : PALETTE[i % PALETTE.length];
  });
  const rows = Math.min(all.length, Math.floor(box.clientHeight * 0.36 / LEGEND_ROW_PX));
  const legendHeight = (rows + 1) * LEGEND_ROW_PX + 4;
  const times = [];
  for (let when = DATA.start; when <= DATA.end; when++) times.push(when);
  const { columns, looks } = lines(panel, all, times);
  const axis = { stroke: '#8e8fa0', font: '11px Inter', ticks: { show: false },
    grid: { stroke: '#ccccdc12', width: 1 } };
  new uPlot({
    width: box.clientWidth - 8, height: box.clientHeight - legendHeight, padding: [6, 10, 0, 4],
    legend: { show: false }, cursor: { show: false }, hooks: { draw: [thresholdLines(panel)] },
    scales: { y: { range: (_, low, high) => [0, (high || 1) * 1.08] } },
    series: [{}, ...looks],
    axes: [{ ...axis, size: 24, space: 66, values: (_, ticks) => ticks.map(clock) },
      { ...axis, size: 50, space: 20,
        values: (_, ticks) => ticks.map((tick) => format(tick, unit)) }],
  }, [times, ...columns], element(box, 'div'));
  return legend(panel, box, [...all].sort((a, b) => last(b) - last(a)), legendHeight);
}

// A stacked area is opaque, or those below would shine through: its colour on the panel's own.
function mixed(name, percent) {
  const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const ground = channels('#181b1f');
  return `rgb(${channels(name).map((c, i) => Math.round(
    c * percent / 100 + ground[i] * (1 - percent / 100))).join(',')})`;
}

const DRAW = {
  stat: drawStat, bargauge: drawBarGauge, table: drawTable, timeseries: drawTimeSeries };

function draw(panel, main) {
  const { x, y, w, h } = panel.gridPos, column = main.clientWidth / 24;
  const section = element(main, 'section', panel.type);
  Object.assign(section.style, {
    left: `${x * column + GAP_PX / 2}px`, top: `${y * UNIT_PX}px`,
    width: `${w * column - GAP_PX}px`, height: `${h * UNIT_PX - GAP_PX}px` });
  if (panel.type === 'row') return section.append(panel.title);
  element(section, 'h2', '', panel.title);
  return DRAW[panel.type](panel, element(section, 'div', 'body'), section);
}

const main = document.querySelector('main');
document.querySelector('header b').textContent = DASHBOARD.title;
for (const { label, type } of DASHBOARD.templating.list.filter((one) => one.type === 'query')) {
  const choice = element(document.querySelector('.choices'), 'span', 'choice');
  element(choice, 'i', '', label);
  element(choice, 'em', '', 'All');
}
document.querySelector('.range').textContent =
  `Last ${Math.round((DATA.end - DATA.start) / 60)} minutes, scraped each second`;
for (const panel of DASHBOARD.panels) {
  if (panel.gridPos.y < DATA.rows) draw(panel, main);
}
