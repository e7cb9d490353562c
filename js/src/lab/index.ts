// What routebook adds to JupyterLab and Notebook 7: the view of a comparison, live and saved, policy builders, and
// Vega-Lite 6 charts.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { BUILDER_MIME } from '../builder/messages';
import { COMPARISON_MIME } from '../messages';
import { BuilderOutput } from './builder';
import { ComparisonOutput } from './comparison';
import { sessionOf } from './sessions';
import { VEGA_LITE_MIMES, VegaLiteOutput, type Theme } from './vega';

/** Before ipywidgets' renderer, at -10: the outputs of a run that goes on, and of a builder, hold both. */
const BEFORE_WIDGETS = -20;
/** Before HTML, at 50, and pictures. */
const BEFORE_HTML = 40;

const comparison: JupyterFrontEndPlugin<void> = {
  id: 'routebook:comparison',
  description: 'Shows comparisons of language models, live and saved.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(
      {
        safe: true,
        mimeTypes: [COMPARISON_MIME],
        createRenderer: ({ latexTypesetter, resolver }) =>
          new ComparisonOutput({
            session: (output) => sessionOf(output, (resolver as { path?: string } | null)?.path, app.shell),
            ...(latexTypesetter && { typeset: (element: HTMLElement) => void latexTypesetter.typeset(element) }),
          }),
      },
      BEFORE_WIDGETS,
    );
  },
};

const builder: JupyterFrontEndPlugin<void> = {
  id: 'routebook:builder',
  description: 'Shows policy builders: their widget, or without a kernel what was saved.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const asHtml = (model: IRenderMime.IMimeModel): IRenderMime.IRenderer => {
      const html = rendermime.createRenderer('text/html');
      void html.renderModel(model);
      return html;
    };
    rendermime.addFactory(
      { safe: true, mimeTypes: [BUILDER_MIME], createRenderer: () => new BuilderOutput(asHtml) },
      BEFORE_WIDGETS,
    );
  },
};

const charts: JupyterFrontEndPlugin<void> = {
  id: 'routebook:charts',
  description: 'Shows Vega-Lite 6 charts, without a network.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, themes: IThemeManager | null) => {
    const theme: Theme = {
      dark: () => (themes?.theme ? !themes.isLight(themes.theme) : document.body.dataset.jpThemeLight === 'false'),
      onChange: (listener) => {
        themes?.themeChanged.connect(listener);
        return () => themes?.themeChanged.disconnect(listener);
      },
    };
    rendermime.addFactory(
      { safe: true, mimeTypes: VEGA_LITE_MIMES, createRenderer: ({ mimeType }) => new VegaLiteOutput(mimeType, theme) },
      BEFORE_HTML,
    );
  },
};

export default [comparison, builder, charts];
