// react-router-dom 6 as @grafana/scenes asks for it, with what was there in version 5 only: links of
// a page that stands still.
export * from '../node_modules/react-router-dom/dist/index.js';
export const useHistory = () => ({});
export const Prompt = () => null;
