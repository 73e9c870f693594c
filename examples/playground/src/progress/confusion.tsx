import { useTexts } from '../texts/index.js';

/** How many digits of each row were taken for each column; the darker, the more of the row. */
export function Confusion({ confusion }: { confusion: number[][] }) {
  const { progress: texts } = useTexts();
  const digits = [...confusion.keys()];
  return (
    <div>
      <h3>{texts.confusion}</h3>
      <div class="scroll">
        <table class="confusion">
          <caption class="note">{texts.confusionNote}</caption>
          <thead>
            <tr>
              <td />
              {digits.map((digit) => (
                <th key={digit} scope="col">
                  {digit}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, digit) => {
              const total = row.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={digit}>
                  <th scope="row">{digit}</th>
                  {row.map((count, said) => (
                    <td
                      key={said}
                      class={said === digit ? 'right' : 'wrong'}
                      title={texts.confusionCell(digit, said, count)}
                      style={{ '--share': shareOf(count, total, said === digit) }}
                    >
                      {count > 0 ? count : <span class="none">·</span>}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** How strong the color of a cell is, in per cent: a few mistakes are to be seen beside many right answers. */
function shareOf(count: number, total: number, right: boolean): string {
  if (count === 0) return '0%';
  return `${Math.round(right ? (42 * count) / total : Math.min(45, 15 + (400 * count) / total))}%`;
}
