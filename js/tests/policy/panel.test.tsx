// Choosing in the page: on a card, in the panel, and what is said when the kernel refuses, is gone, or has forgotten.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ask, Comparison, Draft, DraftEdit, DraftRule, FromPage, Reply } from '../../src/messages';
import { forgetDrafts } from '../../src/policy/drafts';
import { mount, type View } from '../../src/view/mount';
import { TOOLS } from '../../src/view/tools';
import messages from '../../../tests/fixtures/view/messages.json';
import { answer, comparison, model, prompt } from '../view/comparisons';

const EMPTY: Draft = {
  history: 'one', name: 'policy', rules: [{ tag: 'default', choices: [] }], by: null, judges: [], undo: false, redo: false, file: null,
};
const rule = (tag: string, ...ids: string[]): DraftRule => ({ tag, choices: ids.map((id) => ({ model: id, said: `what is known of ${id}` })) });
const [A, B] = ['host/model-0', 'host/model-1'] as const;

/** A kernel that holds a draft, and does no more than the page has to see. */
class DraftKernel {
  readonly asked: Ask[] = [];
  draft: Draft = EMPTY;
  refuses = '';
  away: string | null = null;
  files = new Set<string>();

  ask(question: Ask): Promise<Reply> {
    this.asked.push(question);
    if (this.refuses) return Promise.resolve({ kind: 'reply', id: '', ok: false, error: this.refuses });
    if (question.kind === 'save') {
      const taken = this.files.has(question.file) && !question.replace;
      return Promise.resolve({ kind: 'reply', id: '', ok: true, answer: taken ? 'taken' : 'saved', path: taken ? question.file : `/notes/${question.file}` });
    }
    if (question.kind === 'draft') this.draft = changed(this.draft, question.edit);
    return Promise.resolve({ kind: 'reply', id: '', ok: true, answer: 'draft', draft: this.draft });
  }

  get edits(): (DraftEdit | null)[] {
    return this.asked.flatMap((one) => (one.kind === 'draft' ? [one.edit] : []));
  }
}

function changed(draft: Draft, edit: DraftEdit | null): Draft {
  if (edit?.verb === 'put') return { ...draft, rules: edit.rules.map(({ tag, models }) => rule(tag, ...models)) };
  if (edit?.verb !== 'use' && edit?.verb !== 'fallback') return draft;
  const rules = draft.rules.filter(({ tag }) => tag !== edit.tag);
  const before = draft.rules.find(({ tag }) => tag === edit.tag)?.choices.map(({ model: id }) => id) ?? [];
  const made = rule(edit.tag, ...(edit.verb === 'use' ? [edit.model] : [...before, edit.model]));
  const after = edit.tag === 'default' ? [...rules, made] : [made, ...rules];
  return { ...draft, rules: after, undo: true, file: edit.tag === 'default' ? 'routebook: 1\n' : draft.file };
}

let kernel: DraftKernel;
/** Each test's own run: what a reader chose to look at is remembered. */
let run = 0;
let views: View[] = [];

function open(shown: Comparison): HTMLElement {
  const page = document.body.appendChild(document.createElement('div'));
  const view = mount(page, { ask: (question) => kernel.ask(question), unavailable: () => kernel.away }, TOOLS);
  views.push(view);
  view.show({ ...shown, run: { ...shown.run, id: String(run) } });
  return page;
}

const coding = (...tags: string[]): Comparison =>
  comparison({ prompts: [prompt(1, [answer('a'), answer('b', { model: 1 })], { tags })] });
const drawn = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => setTimeout(resolve))));
const panel = (page: Element): HTMLElement | null => page.querySelector('.rbv-draft');

function control(page: Element, label: string): HTMLButtonElement | HTMLSelectElement {
  const all = [...page.querySelectorAll<HTMLButtonElement | HTMLSelectElement>('button, select')];
  const found = all.find((one) => one.getAttribute('aria-label') === label) ?? all.find((one) => one.textContent === label);
  if (!found) throw new Error(`There is no ${label}; there are ${all.map((one) => one.getAttribute('aria-label') ?? one.textContent).join(', ')}.`);
  return found;
}

async function press(page: Element, label: string): Promise<void> {
  const button = control(page, label);
  button.focus();
  button.click();
  await drawn();
}

async function pick(page: Element, label: string, value: string): Promise<void> {
  const select = control(page, label);
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await drawn();
}

beforeEach(() => {
  kernel = new DraftKernel();
  run += 1;
});
afterEach(() => {
  for (const view of views) view.unmount();
  views = [];
  forgetDrafts();
  document.body.replaceChildren();
});

describe('the buttons on a card', () => {
  it('use its model for the tag of the prompt, and show that they did', async () => {
    const page = open(coding('coding'));
    expect(panel(page)).toBeNull();
    await press(page, 'Use for coding (model-1)');
    expect(kernel.edits).toEqual([{ verb: 'use', tag: 'coding', model: B }]);
    expect(control(page, 'Use for coding (model-1)').getAttribute('aria-pressed')).toBe('true');
    expect(control(page, 'Use for coding (model-0)').getAttribute('aria-pressed')).toBe('false');
    expect(panel(page)?.textContent).toContain('Coding goes to model-1');
    expect(panel(page)?.textContent).toContain(`what is known of ${B}`);
  });

  it('add a fallback, and take back what is pressed again', async () => {
    const page = open(coding('coding'));
    await press(page, 'Use for coding (model-1)');
    await press(page, 'as fallback for coding (model-0)');
    expect(control(page, 'as fallback for coding (model-0)').getAttribute('aria-pressed')).toBe('true');
    await press(page, 'as fallback for coding (model-0)');
    expect(kernel.edits.at(-1)).toEqual({ verb: 'remove', tag: 'coding', model: A });
  });

  it('are for everything else where the prompt has no tag', async () => {
    const page = open(coding());
    await press(page, 'Use by default (model-0)');
    expect(kernel.edits).toEqual([{ verb: 'use', tag: 'default', model: A }]);
  });

  it('ask for which tag where the prompt has several', async () => {
    const page = open(coding('coding', 'maths'));
    await pick(page, 'Which tag', 'maths');
    await press(page, 'Use for maths (model-0)');
    expect(kernel.edits).toEqual([{ verb: 'use', tag: 'maths', model: A }]);
  });

  it('say what is missing where there is no kernel', () => {
    kernel.away = 'no kernel';
    const page = open(coding('coding'));
    const button = control(page, 'Use for coding (model-0)');
    expect([button.disabled, button.title]).toEqual([true, expect.stringContaining('needs a running kernel')]);
  });

  it.each([
    ['failed', { phase: 'failed' as const }],
    ['not there yet', { phase: 'streaming' as const }],
    ['a repeat, whose first has them', { repeat: 1 }],
  ])('are not on an answer that is %s', (_, facts) => {
    const page = open(comparison({ prompts: [prompt(1, [answer('a', facts)])] }));
    expect(page.querySelector('.rbv-use')).toBeNull();
  });

  it('are not there, nor is the panel, while it is blind', async () => {
    const shown = coding('coding');
    const page = open(shown);
    await press(page, 'Use for coding (model-0)');
    await press(page, 'Blind');
    expect([page.querySelector('.rbv-use'), panel(page)]).toEqual([null, null]);
    const blind = open({ ...shown, models: [], run: { ...shown.run, blind: true, cost: null } });
    expect([blind.querySelector('.rbv-use'), panel(blind)]).toEqual([null, null]);
  });
});

describe('the panel', () => {
  const chosen: Draft = { ...EMPTY, undo: true, file: 'routebook: 1\n', rules: [rule('coding', B, A), rule('maths', A), rule('default', A)] };

  async function withDraft(draft: Draft = chosen): Promise<HTMLElement> {
    const page = open(coding('coding'));
    kernel.draft = draft;
    await press(page, 'Policy draft');
    return page;
  }

  it('moves and removes rules and models', async () => {
    const page = await withDraft();
    await press(page, 'Move down coding');
    await press(page, 'Move up model-0 for coding');
    await press(page, 'Remove model-1 for coding');
    await press(page, 'Remove everything else');
    expect(kernel.edits.slice(1)).toEqual([
      { verb: 'move', tag: 'coding', model: null, to: 1 },
      { verb: 'move', tag: 'coding', model: A, to: 0 },
      { verb: 'remove', tag: 'coding', model: B },
      { verb: 'remove', tag: 'default', model: null },
    ]);
    expect(control(page, 'Move up coding').disabled).toBe(true);
  });

  it('takes a model for everything else from those compared', async () => {
    const page = await withDraft({ ...chosen, file: null, rules: [rule('coding', B), rule('default')] });
    expect(panel(page)?.textContent).toContain('Choose a model for everything else');
    expect(control(page, 'Save').disabled).toBe(true);
    await pick(page, 'Model for everything else', A);
    expect(kernel.edits.at(-1)).toEqual({ verb: 'fallback', tag: 'default', model: A });
    expect(control(page, 'Save').disabled).toBe(false);
  });

  it('goes back and forth, and says whose word counts where several judged', async () => {
    const page = await withDraft({ ...chosen, redo: true, judges: ['exact', 'people'] });
    await press(page, 'Undo');
    await press(page, 'Redo');
    await pick(page, 'Whose word the quality is', 'people');
    expect(kernel.edits.slice(1)).toEqual([{ verb: 'undo' }, { verb: 'redo' }, { verb: 'judge', name: 'people' }]);
  });

  it('saves under a name, and overwrites nothing unasked', async () => {
    const page = await withDraft();
    kernel.files.add('routes.yaml');
    await press(page, 'Save');
    expect(panel(page)?.textContent).toContain('There is a routes.yaml already.');
    await press(page, 'Replace it');
    expect(panel(page)?.textContent).toContain('Saved: /notes/routes.yaml');
    expect(kernel.asked.slice(-2)).toEqual([
      { kind: 'save', run: String(run), file: 'routes.yaml', replace: false },
      { kind: 'save', run: String(run), file: 'routes.yaml', replace: true },
    ]);
  });

  it('shows why something was refused, and takes it back when something is done', async () => {
    const page = await withDraft();
    kernel.refuses = 'No prompt of this run has the tag <b>x</b>.';
    await press(page, 'Undo');
    expect(panel(page)?.querySelector('[role=alert]')?.textContent).toBe('No prompt of this run has the tag <b>x</b>.');
    kernel.refuses = '';
    await press(page, 'Undo');
    expect(panel(page)?.querySelector('[role=alert]')).toBeNull();
  });

  it('brings back what a kernel has forgotten that was restarted', async () => {
    const page = await withDraft();
    kernel.draft = { ...EMPTY, history: 'two' };
    await press(page, 'Use for coding (model-0)');
    expect(panel(page)?.textContent).toContain('has forgotten');
    await press(page, 'Bring it back');
    expect(kernel.edits.at(-1)).toMatchObject({ verb: 'put', rules: [{ tag: 'coding', models: [B, A] }, { tag: 'maths' }, { tag: 'default' }] });
    expect(panel(page)?.textContent).not.toContain('has forgotten');
  });

  it('is the same in every view of the run', async () => {
    const here = open(coding('coding'));
    const there = open(coding('coding'));
    await press(here, 'Use for coding (model-0)');
    expect(panel(there)?.textContent).toContain('Coding goes to model-0');
  });

  it('shows names as text, never as HTML', async () => {
    const tag = '<img src=x onerror=alert(1)>';
    const page = await withDraft({ ...chosen, name: tag, judges: [tag, 'x'], file: tag, rules: [rule(tag, tag), rule('default', A)] });
    expect(page.querySelector('img')).toBeNull();
    expect(panel(page)?.textContent).toContain(`${tag} goes to ${tag}`);
  });

  it('puts the focus back where it was when what was moved is drawn anew', async () => {
    const page = await withDraft();
    await press(page, 'Remove maths');
    expect(document.activeElement).not.toBe(document.body);
  });

  it('can be closed while nothing is chosen', async () => {
    const page = await withDraft(EMPTY);
    expect(panel(page)?.textContent).toContain('Nothing is chosen yet');
    await press(page, 'Close');
    expect(panel(page)).toBeNull();
  });
});

describe('what both sides say', () => {
  it('is drawn as Python gives it', async () => {
    const shown = messages.replies.find(({ answer: kind }) => kind === 'draft')?.draft as Draft;
    const page = open(comparison({ models: [model(0, { id: 'anthropic/claude-haiku-5-5', name: 'claude-haiku-5-5' })] }));
    kernel.draft = shown;
    await press(page, 'Policy draft');
    expect(panel(page)?.textContent).toContain('Geography goes to claude-haiku-5-5, else openai/gpt-6.1-terra');
    expect(panel(page)?.textContent).toContain('claude-haiku-5-5: 1 prompt, quality 0.00 (0.00 to 0.79) by exact');
  });

  it('has every change that the page can make', () => {
    const known = (messages.asks as unknown as FromPage[]).flatMap((one) => (one.kind === 'draft' && one.edit ? [one.edit.verb] : []));
    expect(new Set(known)).toEqual(new Set(['use', 'fallback', 'move', 'remove', 'undo', 'redo', 'rename', 'judge', 'put']));
  });
});
