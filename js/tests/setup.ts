// What Lumino needs of a browser and jsdom does not have.

Object.assign(globalThis, { DragEvent: class extends MouseEvent {} });

export {};
