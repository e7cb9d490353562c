// Which session an output belongs to. Found by shape, as notebooks, consoles and cloned outputs are different widgets, and
// other packages bring more.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

type Holder = Partial<{ sessionContext: ISessionContext; context: { path: string; sessionContext: ISessionContext } }>;

/** That of the widget around it, else of the open document with this path. */
export function sessionOf(widget: Widget, path: string | undefined, shell: JupyterFrontEnd.IShell): ISessionContext | null {
  for (let around = widget.parent; around; around = around.parent) {
    const session = (around as Holder).sessionContext;
    if (session) return session;
  }
  if (path === undefined) return null;
  for (const open of shell.widgets('main')) {
    const { context } = open as Holder;
    if (context?.path === path) return context.sessionContext;
  }
  return null;
}
