// @grafana/scenes takes a table's default options from here, and @grafana/schema has none any more.
export const defaultOptions = {};
