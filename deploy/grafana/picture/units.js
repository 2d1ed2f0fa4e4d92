// Values as Grafana's units write them, and Grafana's names of colours.
'use strict';

const COLORS = {
  green: '#73bf69', orange: '#ff9830', red: '#f2495c', yellow: '#fade2a', blue: '#5794f2',
  purple: '#b877d9', 'dark-red': '#c4162a', 'dark-purple': '#8f3bb8'};
const PALETTE = ['#7eb26d', '#eab839', '#6ed0e0', '#ef843c', '#e24d42', '#1f78c1', '#ba43a9',
  '#705da0', '#508642', '#cca300', '#447ebc', '#c15c17'];

const color = (name) => COLORS[name] || name;

function short(value) {
  if (Math.abs(value) >= 1000) return `${Number((value / 1000).toPrecision(3))} K`;
  return String(Number(value.toPrecision(3)));
}

function seconds(value) {
  if (value >= 3600) return `${Number((value / 3600).toPrecision(3))} hours`;
  if (value >= 60) return `${Number((value / 60).toPrecision(3))} mins`;
  return value >= 1 || value === 0 ? `${Number(value.toPrecision(3))} s`
    : `${Number((value * 1000).toPrecision(3))} ms`;
}

function bytes(value) {
  const names = ['B', 'KiB', 'MiB', 'GiB'];
  let i = 0;
  for (; Math.abs(value) >= 1024 && i < names.length - 1; i++) value /= 1024;
  return `${Number(value.toPrecision(3))} ${names[i]}`;
}

const UNITS = {
  short, s: seconds, bytes, percentunit: (value) => `${Number((value * 100).toPrecision(3))}%`,
  cps: (value) => `${short(value)} c/s`, bool_yes_no: (value) => (value ? 'Yes' : 'No')};

function format(value, unit) {
  if (!UNITS[unit]) throw new Error(`unit ${unit} is not known`);
  return UNITS[unit](value);
}

// The colour of a value by the thresholds of a panel.
function level(value, steps) {
  const reached = steps.filter((step) => step.value === null || value >= step.value);
  return color(reached[reached.length - 1].color);
}
