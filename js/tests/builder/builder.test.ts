// The builder's page: everything follows the slider without the kernel, edits are asked of it, and it may say no.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EDITED, MESSAGES, OPEN, Stage, UNPRICED } from './support';

const HOSTILE = '<img src=x onerror=alert(1)>';
let stages: Stage[] = [];
const opened = (...given: ConstructorParameters<typeof Stage>): Stage => {
  const stage = new Stage(...given);
  stages.push(stage);
  return stage;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  for (const stage of stages) stage.close();
  stages = [];
  vi.useRealTimers();
});

describe('the slider', () => {
  it('shows the stop that stands, and says it in words', () => {
    const { slider, text } = opened();
    expect(slider.value).toBe('1');
    expect(slider.getAttribute('aria-valuetext')).toMatch(/^Stop 2 of 3: quality 0\.\d\d \(0\.\d\d to 0\.\d\d\), \$\d/);
    expect(text).toContain('simulated');
  });

  it('changes rules, figures, shares and chart at once, and asks nothing meanwhile', async () => {
    const stage = opened();
    const before = { rules: stage.rows(), chart: stage.page.querySelector('svg')?.getAttribute('aria-label') };
    await stage.slide(0);
    expect(stage.rows()).not.toEqual(before.rules);
    expect(stage.rows()[0]).toMatch(/^Everything/);
    expect(stage.page.querySelector('.rbp-this')?.textContent).toContain('0.57');
    expect(stage.page.querySelector('.rbp-shares')?.textContent).toContain('small 100%');
    expect(stage.page.querySelector('svg')?.getAttribute('aria-label')).not.toBe(before.chart);
    expect(stage.asked).toEqual([]);
  });

  it('lets the kernel know once when it rests, however far it was dragged', async () => {
    const stage = opened();
    for (const to of [2, 1, 0]) await stage.slide(to);
    await vi.advanceTimersByTimeAsync(300);
    expect(stage.edits).toEqual([{ verb: 'slide', to: 0 }]);
  });

  it('is heard before whatever is asked next', async () => {
    const stage = opened();
    await stage.slide(2);
    await stage.press('Save');
    expect(stage.asked.map(({ kind }) => kind)).toEqual(['edit', 'save']);
  });

  it('goes back when the kernel refuses', async () => {
    const stage = opened();
    stage.answers = () => ({ kind: 'reply', id: '', ok: false, error: 'Not now.' });
    await stage.slide(2);
    await vi.advanceTimersByTimeAsync(300);
    expect(stage.slider.value).toBe('1');
    expect(stage.page.querySelector('[role=alert]')?.textContent).toBe('Not now.');
  });

  it('is not there where no cost is known, which is said', () => {
    const stage = opened(UNPRICED);
    expect(stage.page.querySelector('input[type=range]')).toBeNull();
    expect(stage.text).toContain('No cost is known of these prompts');
    expect(stage.page.querySelector('svg')).toBeNull();
  });
});

describe('editing', () => {
  it('asks for exactly what was pressed', async () => {
    const stage = opened(EDITED);
    await stage.choose('Model: If its tag is coding', 'sim/small');
    await stage.choose('Fallback: If its tag is coding', 'sim/small');
    await stage.press('Remove the fallback medium: If its tag is coding');
    await stage.press('Move up If its tag is coding');
    await stage.press('Remove If its tag is coding');
    await stage.press('Undo');
    await stage.press('Redo');
    await stage.press('Back to stop 2');
    expect(stage.edits).toEqual([
      { verb: 'use', tag: 'coding', model: 'sim/small' },
      { verb: 'fallback', tag: 'coding', model: 'sim/small' },
      { verb: 'remove', tag: 'coding', model: 'sim/medium' },
      { verb: 'move', tag: 'coding', to: 1 },
      { verb: 'remove', tag: 'coding', model: null },
      { verb: 'undo' },
      { verb: 'redo' },
      { verb: 'slide', to: 1 },
    ]);
  });

  it('adds a rule for a tag, or for words', async () => {
    const stage = opened();
    await stage.choose('Tag', HOSTILE);
    await stage.choose('Model of the new rule', 'sim/large');
    await stage.press('Add as first rule');
    await stage.choose('What the rule asks for', 'words');
    const words = stage.page.querySelector<HTMLInputElement>('.rbp-add input');
    if (words) words.value = ' prove, claim 7 ,';
    words?.dispatchEvent(new Event('input', { bubbles: true }));
    await vi.advanceTimersByTimeAsync(10);
    await stage.press('Add as first rule');
    expect(stage.edits).toEqual([
      { verb: 'add', tag: HOSTILE, words: [], model: 'sim/large' },
      { verb: 'add', tag: null, words: ['prove', 'claim 7'], model: 'sim/large' },
    ]);
  });

  it('shows what the kernel made of it, and that a hand did', () => {
    const stage = opened();
    stage.stands({ edited: EDITED.now.edited, undo: true });
    expect(stage.rows()[0]).toContain('by hand / 20');
    expect(stage.text).toContain('edited by hand');
    expect(stage.slider.getAttribute('aria-valuetext')).toContain('edited by hand');
  });

  it('says what an edit came to politely, when it has rested', async () => {
    const stage = opened();
    stage.stands({ edited: EDITED.now.edited });
    const said = stage.page.querySelector('.rbv-said[role=status]');
    expect(said?.textContent).toBe('');
    await vi.advanceTimersByTimeAsync(700);
    expect(said?.textContent).toMatch(/^Edited by hand: quality 0\.63/);
  });

  it('says that figures which were picked by are optimistic', () => {
    expect(opened().text).toContain('partly by luck');
  });
});

describe('without a kernel', () => {
  it('slides, and offers nothing that would need one', async () => {
    const stage = opened(OPEN, false);
    expect(stage.page.querySelectorAll('.rbp-rules select, .rbp-rules button, .rbp-add')).toHaveLength(0);
    expect(stage.text).toContain('does not answer');
    await stage.slide(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(stage.slider.value).toBe('2');
    expect(stage.asked).toEqual([]);
  });

  it('offers nothing before it has answered either, and takes what is offered back when it goes', () => {
    const stage = opened(OPEN, null);
    expect(stage.page.querySelector('.rbp-add')).toBeNull();
    expect(stage.text).not.toContain('does not answer');
    const other = opened();
    expect(other.page.querySelector('.rbp-add')).not.toBeNull();
    other.leaves();
    expect(other.page.querySelector('.rbp-add')).toBeNull();
  });
});

describe('saving', () => {
  it('asks before it takes the place of another file', async () => {
    const stage = opened();
    stage.answers = (question) =>
      question.kind === 'save' && !question.replace
        ? { kind: 'reply', id: '', ok: true, answer: 'taken', path: question.file }
        : { kind: 'reply', id: '', ok: true, answer: 'saved', path: '/notes/routes.yaml' };
    await stage.press('Save');
    await vi.advanceTimersByTimeAsync(10);
    expect(stage.text).toContain('There is a routes.yaml already.');
    await stage.press('Replace it');
    await vi.advanceTimersByTimeAsync(10);
    expect(stage.text).toContain('Saved: /notes/routes.yaml');
    expect(stage.asked).toEqual([
      { kind: 'save', file: 'routes.yaml', replace: false },
      { kind: 'save', file: 'routes.yaml', replace: true },
    ]);
  });
});

describe('what comes from data', () => {
  it('is text, wherever it stands', () => {
    const named = OPEN.setting.models.map((model) => ({ ...model, name: HOSTILE, id: `x/${HOSTILE}${model.id}` }));
    const stage = opened({ setting: { ...OPEN.setting, models: named, notes: [HOSTILE] }, now: EDITED.now });
    expect(stage.page.querySelector('img, script, [onerror]')).toBeNull();
    expect(stage.text).toContain(`If its tag is ${HOSTILE}`);
  });

  it('is shown with its signs visible, on one line', () => {
    const rule = OPEN.setting.stops[1]?.rules[0];
    if (!rule || !EDITED.now.edited) throw new Error('a fixture lacks rules');
    const stage = opened({ ...OPEN, now: { ...EDITED.now, edited: { ...EDITED.now.edited, rules: [{ ...rule, when: 'its tag is a\u202eb\n c' }] } } });
    expect(stage.rows()[0]).toContain('If its tag is a[U+202E]b c');
  });
});

it('can ask everything that Python reads, and nothing else', () => {
  const verbs = MESSAGES.asks.flatMap((one) => (one.kind === 'edit' ? [one.edit.verb] : []));
  expect(new Set(verbs)).toEqual(new Set(['slide', 'use', 'fallback', 'add', 'move', 'remove', 'undo', 'redo']));
  expect(new Set(MESSAGES.asks.map(({ kind }) => kind))).toEqual(new Set(['hello', 'edit', 'save']));
});
