// What JSX becomes in the widget's bundle: shorter calls than those for preact/jsx-runtime.
export { Fragment as jsxFragment, h as jsxElement } from 'preact';
