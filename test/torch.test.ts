import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BatchNorm2D, Conv2D, Dense, Flatten, FormatError, ReLU, Sequential, Tensor } from '../src/index.js';
import { writeZip } from '../src/io/zip.js';
import { readTorch, readTorchData } from '../src/torch/index.js';
import { dict, int, name, pickleOf, savedTensor, storage, text, torchFile, tuple } from './pickle-maker.js';

const folder = 'test/fixtures/torch';
const golden = JSON.parse(readFileSync('test/fixtures/golden-torch.json', 'utf8'));
const file = (of: string) => readFileSync(join(folder, `${of}.pt`));

/** What was read, as the fixtures' script writes it. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) return { shape: [...value.shape], values: [...value.data].map(python) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
/** A number as a number: Python and JavaScript write them differently. */
const python = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
const expected = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, each) =>
    key === 'values'
      ? each.map((v: string) => python(Number(v.replace('inf', 'Infinity').replace('nan', 'NaN'))))
      : each,
  );

test.each(Object.keys(golden))('%s holds what PyTorch saved', (of) => {
  expect(plain(readTorchData(file(of)))).toEqual(expected(golden[of]));
});

test('a state dict goes into a model of the same layers', () => {
  const model = new Sequential({
    conv: new Conv2D(1, 2, 3, { bias: false }),
    norm: new BatchNorm2D(2),
    relu: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(8, 3),
  });
  for (const state of [readTorch(file('state-dict')), readTorch(file('checkpoint'), { path: 'model' })]) {
    model.loadStateDict(state);
    expect(plain(model.stateDict())).toEqual(expected(golden['state-dict']));
  }
});

test('a path leads to a state dict in a checkpoint, by keys with dots and by numbers, too', () => {
  const at = (path: string) => Object.keys(readTorch(file('checkpoint'), { path }));
  expect(at('ema.model')).toEqual(['w']);
  expect(at('optimizer.state.0')).toEqual(['step', 'exp_avg', 'exp_avg_sq']);
  expect(() => readTorch(file('checkpoint'))).toThrow(
    /expected a state dict, got a dict with the keys \['epoch', 'model', .*; there are some at \['model', 'ema.model', .*readTorch\(bytes, \{ path: 'model' \}\)/,
  );
  expect(() => at('epoch')).toThrow(/expected a state dict at 'epoch', got 3; there are some at/);
  expect(() => at('none.deeper')).toThrow(/at 'none.deeper', got nothing/);
});

test('what is in two places is one tensor, and views of one storage are apart', () => {
  const { base, parameter, twice } = readTorch(file('views'));
  expect(parameter.data).not.toBe(twice.data);
  expect([base.dtype, base.requiresGrad, parameter instanceof Tensor]).toEqual(['float32', false, true]);
  const shared = savedTensor(storage('FloatStorage', '0', 2), 0, [2], [1]);
  const bytes = torchFile(pickleOf(dict(text('a'), `${shared}q\x01`, text('b'), 'h\x01'), '.'), {
    0: new Uint8Array(8),
  });
  const state = readTorch(bytes);
  expect(state.a).toBe(state.b);
});

test.each([
  ['beyond', /'too large' holds 9007199254740993, beyond 2\^53/],
  [
    'module',
    /wants to call torch\.nn\.modules\.container\.Sequential: it holds a whole model.*torch\.save\(model\.state_dict/,
  ],
  ['old', /got one of the format before PyTorch 1\.6; in Python, torch\.save\(torch\.load\(path\), path\)/],
  ['complex', /wants to call torch\.ComplexFloatStorage: numbers of that type are not read/],
  ['numpy', /wants to call numpy\.core\.multiarray\.scalar: only tensors and plain data are read/],
  ['script', /got a program of torch\.jit; in Python, torch\.save\(model\.state_dict/],
])('%s.pt is refused, and the error says what to do', (of, message) => {
  for (const read of [readTorch, readTorchData]) expect(() => read(file(of))).toThrow(FormatError);
  expect(() => readTorch(file(of))).toThrow(message);
});

test('every file that the script writes is read or refused here', () => {
  const refused = ['beyond', 'module', 'old', 'complex', 'numpy', 'script'];
  expect(
    readdirSync(folder)
      .map((each) => each.replace('.pt', ''))
      .sort(),
  ).toEqual([...Object.keys(golden), ...refused].sort());
});

// Made by hand, to do harm.
const floats = { 0: new Uint8Array(16) };
const one = storage('FloatStorage', '0', 4);
const inList = (...parts: string[]) => torchFile(pickleOf(`](${parts.join('')}e`, '.'), floats);
const HOSTILE: Record<string, [bytes: () => Uint8Array, message: RegExp]> = {
  'a call of the system': [
    () => torchFile(pickleOf(name('posix', 'system'), tuple(text('touch /tmp/convgrad-was-here')), 'R.')),
    /the file wants to call posix\.system: only tensors and plain data are read, and nothing is executed/,
  ],
  'a call of the system by names on the stack': [
    () => torchFile(pickleOf(text('os'), text('system'), '\x93', tuple(text('true')), 'R.')),
    /wants to call os\.system/,
  ],
  'an object made at once': [
    () => torchFile(pickleOf('(', text('true'), 'ios\nsystem\n.')),
    /wants to call os\.system/,
  ],
  'a class made without a call': [
    () => torchFile(pickleOf(name('collections', 'OrderedDict'), ')\x81.')),
    /asks for 0x81/,
  ],
  'a registered extension': [() => torchFile(pickleOf('\x82\x01.')), /asks for 0x82/],
  'a call of a value': [() => torchFile(pickleOf(']', ')', 'R.')), /it has a call of \[\]/],
  'a call of a class of storages': [
    () => torchFile(pickleOf(name('torch', 'FloatStorage'), ')', 'R.')),
    /a call of torch.FloatStorage/,
  ],
  'a property of JavaScript as a name': [
    () => torchFile(pickleOf(name('__proto__', 'x'), '.')),
    /wants to call __proto__\.x/,
  ],
  'attributes of a list': [() => torchFile(pickleOf(']}b.')), /wants to change an object, \[\]/],
  'another persistent id': [
    () => torchFile(pickleOf(tuple(text('module'), text('x')), 'Q.')),
    /a persistent id \['module', 'x'\]/,
  ],
  'a storage that is not there': [
    () => torchFile(pickleOf(storage('FloatStorage', '7', 1), '.')),
    /'archive\/data\/7' is missing/,
  ],
  'a storage outside of its folder': [
    () => torchFile(pickleOf(storage('FloatStorage', '../../etc/passwd', 1), '.')),
    /'archive\/data\/\.\.\/\.\.\/etc\/passwd' is missing/,
  ],
  'a storage of more numbers than there are': [
    () => torchFile(pickleOf(storage('FloatStorage', '0', 5), '.'), floats),
    /expected 5 numbers of F32 in 'archive\/data\/0', got 16 bytes/,
  ],
  'a storage of 2^53 numbers': [
    () => torchFile(pickleOf(storage('DoubleStorage', '0', 2 ** 53), '.'), floats),
    /got|persistent id/,
  ],
  'a tensor beyond its storage': [() => inList(savedTensor(one, 1, [4], [1])), /reaches number 4 of a storage of 4/],
  'a tensor with a step beyond it': [
    () => inList(savedTensor(one, 0, [2, 2], [3, 1])),
    /reaches number 4 of a storage of 4/,
  ],
  'a tensor with negative strides': [() => inList(savedTensor(one, 3, [4], [-1])), /with strides \[-1\]/],
  'a tensor of a negative size': [() => inList(savedTensor(one, 0, [-4], [1])), /a tensor of shape \[-4\]/],
  'a tensor with fewer strides than axes': [
    () => inList(savedTensor(one, 0, [2, 2], [1])),
    /a tensor of shape \[2, 2\] with strides \[1\]/,
  ],
  'a tensor of nothing': [() => inList(savedTensor('N', 0, [1], [1])), /a tensor of null/],
  'a tensor of a list': [() => inList(savedTensor(']', 0, [1], [1])), /a tensor of \[\]/],
  'numbers without end': [
    () => inList(savedTensor(one, 0, [2 ** 31 - 1, 2 ** 31 - 1], [0, 0])),
    /its tensors take more than the limit of 64 MB/,
  ],
  'the same numbers again and again': [
    () => inList(...Array.from({ length: 40 }, () => savedTensor(one, 0, [500_000], [0]))),
    /its tensors take more than the limit of 64 MB/,
  ],
  'a list that holds itself': [() => torchFile(pickleOf(']q\x00h\x00a.')), /something that holds itself/],
  'a dict that holds itself': [
    () => torchFile(pickleOf('}q\x00', text('me'), 'h\x00s.')),
    /something that holds itself/,
  ],
  'lists of lists of lists': [
    () => torchFile(pickleOf(']'.repeat(5000), 'a'.repeat(4999), '.')),
    /more than 100 levels/,
  ],
  'a billion laughs': [
    () => torchFile(pickleOf(']q\x00', ...Array.from({ length: 60 }, () => '0]q\x01h\x00ah\x00ah\x00aq\x00'), '.')),
    /more than 5,000,000 values/,
  ],
  'a text of 4 GB': [() => torchFile(pickleOf('X\xff\xff\xff\xff', 'short.')), /it ends at byte \d+, within something/],
  'bytes of 2^64': [() => torchFile(pickleOf(`\x8e${'\xff'.repeat(8)}`, 'x.')), /it ends at byte \d+/],
  'a whole number of 2 GB': [
    () => torchFile(pickleOf('\x8b\xff\xff\xff\x7f', '.')),
    /a whole number of 2147483647 bytes/,
  ],
  'nothing on the stack': [() => torchFile(pickleOf('a.')), /it takes more than there is/],
  'nothing at all': [() => torchFile(new Uint8Array()), /it ends at byte 0/],
  'no end': [() => torchFile(pickleOf(']')), /it ends at byte 3/],
  'no mark': [() => torchFile(pickleOf('t.')), /a mark is missing/],
  'more than its mark': [() => torchFile(pickleOf(']](a.')), /it takes more than there is/],
  'something left behind': [() => torchFile(pickleOf(']].')), /it leaves something behind/],
  'nothing kept': [() => torchFile(pickleOf('h\x09.')), /nothing was kept as 9/],
  'a line without an end': [() => torchFile(pickleOf('cposix')), /a line has no end/],
  'protocol 0': [() => torchFile(Buffer.from('I1\n.')), /asks for 0x49/],
  'protocol 255': [() => torchFile(Uint8Array.of(0x80, 255, 0x4e, 0x2e)), /protocol 255/],
  'a key that is a list': [() => torchFile(pickleOf(dict(']', 'N'), '.')), /a dict with the key \[\]/],
  'a key twice, as a number and as text': [
    () => torchFile(pickleOf(dict(int(1), 'N', text('1'), 'N'), '.')),
    /key '1' twice/,
  ],
  'no pairs for an OrderedDict': [
    () =>
      torchFile(
        pickleOf(
          name('collections', 'OrderedDict'),
          tuple(']', ']'),
          'R',
          name('collections', 'OrderedDict'),
          tuple(']]a'),
          'R.',
        ),
      ),
    /an OrderedDict of \[\[\]\]/,
  ],
  'a name alone': [() => torchFile(pickleOf(name('torch', 'Size'), '.')), /got torch\.Size/],
  'a storage alone': [() => torchFile(pickleOf(one, '.'), floats), /a storage without a tensor/],
  'no zip archive': [() => new Uint8Array(100), /it has no end/],
  'a zip archive of something else': [() => writeZip('', [['a.txt', new Uint8Array(3)]]), /got another zip archive/],
  'a pickle alone': [() => pickleOf('N.'), /a pickle that torch.save did not write/],
};

test.each(Object.keys(HOSTILE))('refused: %s', (what) => {
  const [make, message] = HOSTILE[what];
  const bytes = make();
  expect(() => readTorchData(bytes)).toThrow(message);
  expect(() => readTorchData(bytes)).toThrow(FormatError);
  expect(() => readTorch(bytes)).toThrow(FormatError);
  expect(existsSync('/tmp/convgrad-was-here')).toBe(false);
  rmSync('/tmp/convgrad-was-here', { force: true });
});

test('a file cut off anywhere, or with a byte changed, is refused or the same', () => {
  const whole = file('state-dict');
  for (let length = 0; length < whole.length; length += 7) {
    expect(() => readTorch(whole.subarray(0, length))).toThrow(FormatError);
  }
  const right = JSON.stringify(plain(readTorch(whole)));
  for (let at = 0; at < whole.length; at += 5) {
    const changed = Uint8Array.from(whole);
    changed[at] ^= 0x40;
    try {
      expect(JSON.stringify(plain(readTorch(changed)))).toBe(right); // A byte that nobody reads, such as a time.
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  }
});

test('numbers of a machine with the highest byte first are read, too; a limit may be raised', () => {
  const bytes = writeZip('', [
    ['x/data.pkl', pickleOf(dict(text('a'), savedTensor(storage('ShortStorage', '0', 2), 0, [2], [1])), '.')],
    ['x/byteorder', Buffer.from('big')],
    ['x/data/0', Uint8Array.of(1, 2, 0xff, 0xff)],
  ]);
  expect([...readTorch(bytes).a.data]).toEqual([258, -1]);
  const large = torchFile(pickleOf(dict(text('a'), savedTensor(one, 0, [20_000_000], [0])), '.'), floats);
  expect(() => readTorch(large)).toThrow(/raise it with the option maxBytes/);
  expect(readTorch(large, { maxBytes: 1e8 }).a.size).toBe(20_000_000);
});

test('arguments that are none are refused', () => {
  expect(() => readTorch('x' as never)).toThrow(/expected a Uint8Array, got 'x'/);
  expect(() => readTorch(file('views'), { path: 3 as never })).toThrow(/expected path to be text/);
  expect(() => readTorch(file('views'), { maxBytes: -1 })).toThrow(/expected maxBytes/);
  expect(() => readTorchData(file('views'), { path: '' } as never)).toThrow(/unknown option 'path'/);
});
