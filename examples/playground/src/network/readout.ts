import { useTexts } from '../texts/index.js';
import { fieldOf, indexOf, numberAt, type Unit } from './fields.js';
import { STAGES, type Trace } from './trace.js';

/** A number with four decimals and a real minus sign: sums of such numbers still add up. */
export function four(value: number): string {
  const text = value.toFixed(4).replace('-', '−');
  return text === '−0.0000' ? '0.0000' : text;
}

/** Says where a number stands, what it is, and how much of the digit it was computed from. */
export function useReadout(): (trace: Trace, unit: Unit) => string {
  const { network: texts } = useTexts();
  return (trace, unit) => {
    const { stage, channel, row, column } = unit;
    const value = four(numberAt(trace, unit));
    if (stage === 'classes') {
      return texts.readouts.classes(channel, value, four(trace.logits[channel]), trace.stages.pool2.values.length);
    }
    const where = texts.where(texts.stages[stage], STAGES.indexOf(stage) === 0 ? null : channel, row + 1, column + 1);
    if (stage === 'input') return texts.readouts.input(where, value);
    const { height, width } = fieldOf(trace, unit).input!;
    if (stage === 'pool1' || stage === 'pool2') return texts.readouts.pool(where, value, height, width);
    const sum = trace.sums[stage].values[indexOf(trace.sums[stage], unit)];
    return texts.readouts.conv(where, four(sum), value, height, width);
  };
}
