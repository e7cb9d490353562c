import { describe, expect, it } from 'vitest';
import { contained, readChart } from '../../src/lab/chart_spec';

const BARS = { mark: 'bar', encoding: { color: { value: '#0072B2' } } };
const ours = (spec: object): object => ({ ...spec, usermeta: { routebook: { dark: { '#0072b2': '#56b4e9' } } } });

describe('a chart out of an output', () => {
  it.each([null, 3, 'bar', [BARS]])('is an object, which %j is not', (value) => {
    expect(() => readChart(value, null, false)).toThrow('not an object');
  });

  it('has its dark colours in a dark page, in capitals or not', () => {
    expect(readChart(ours(BARS), null, true).spec).toEqual({ mark: 'bar', encoding: { color: { value: '#56b4e9' } } });
  });

  it('has its own colours in a light page', () => {
    expect(readChart(ours(BARS), null, false).spec).toEqual(BARS);
  });

  it('changes only what is a colour from end to end', () => {
    const spec = { title: 'Why #0072B2 is blue', data: { values: [{ a: '#0072B2 ' }] } };
    expect(readChart(ours(spec), null, true).spec).toEqual(spec);
  });

  it('leaves the original alone, which the notebook saves', () => {
    const spec = ours(BARS);
    const before = structuredClone(spec);
    readChart(spec, null, true);
    expect(spec).toEqual(before);
  });

  it.each([
    [{}, true],
    [{ config: { view: { continuousWidth: 300, continuousHeight: 300 } } }, true],
    [{ config: { view: { stroke: 'red' } } }, false],
    [{ config: { axis: { labelColor: 'red' } } }, false],
    [{ background: 'white' }, false],
    [ours({}), false],
  ])('may be made dark when nothing says how it should look: %j', (spec, plain) => {
    expect(readChart(spec, null, true).plain).toBe(plain);
  });

  it('takes of the options that travel in it only what stays in the picture', () => {
    const embedOptions = {
      renderer: 'canvas',
      scaleFactor: 2,
      loader: { target: '_self' },
      ast: false,
      sourceHeader: '<script>alert(1)</script>',
      patch: 'https://example.org/patch.json',
      bind: 'body',
    };
    expect(readChart({ usermeta: { embedOptions } }, null, false)).toMatchObject({
      spec: {},
      options: { renderer: 'canvas', scaleFactor: 2 },
    });
    expect(Object.keys(readChart({}, { embed_options: embedOptions }, false).options)).toEqual(['renderer', 'scaleFactor']);
    expect(readChart({ usermeta: { embedOptions: { renderer: 'webgl', scaleFactor: 1e9 } } }, null, false).options).toEqual({});
  });

  it('is not fooled by names of JavaScript', () => {
    const spec = JSON.parse('{"__proto__": {"polluted": true}, "usermeta": {"routebook": {"dark": {}}}}') as object;
    readChart(spec, null, true);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a compiled chart', () => {
  it('gets input fields of known kinds, with known attributes, in its own element', () => {
    const bind = { input: 'text', name: 'n', element: 'body', style: 'background:url(//example.org)', onfocus: 'alert(1)' };
    const made = contained({ signals: [{ name: 's', bind }], marks: [{ signals: [{ bind: { input: 'image', src: '//x' } }] }] }, true);
    expect(made).toMatchObject({
      signals: [{ bind: { input: 'text', name: 'n' } }],
      marks: [{ signals: [{ bind: { input: 'text' } }] }],
      config: { events: { bind: 'container', selector: false } },
    });
    expect(JSON.stringify(made)).not.toMatch(/body|url|alert|src/);
  });

  it('sets no cursor when the output is not trusted, as its picture would be fetched', () => {
    const cursor = { value: 'url(//example.org), auto' };
    const hostile = (): object => ({
      signals: [{ name: 'cursor', value: cursor.value }, { name: 'width' }],
      marks: [{ encode: { update: { cursor, fill: { value: 'red' } } } }],
      config: { style: { bar: { cursor: cursor.value } } },
      data: [{ values: [{ cursor: 'a column of this name' }] }],
    });
    const made = contained(hostile(), false);
    expect(JSON.stringify(made)).not.toContain('url(');
    expect(made).toMatchObject({ signals: [{ name: 'width' }], data: [{ values: [{ cursor: 'a column of this name' }] }] });
    expect(JSON.stringify(contained(hostile(), true))).toContain('url(');
  });

  it('does not listen to the rest of the page, whatever it says itself', () => {
    const made = contained({ config: { axis: { grid: false }, events: { selector: true, bind: 'any' } } }, true);
    expect(made.config).toEqual({ axis: { grid: false }, events: { bind: 'container', selector: false } });
  });
});
