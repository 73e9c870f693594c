import type { DrawTexts } from './texts.en.js';

/** The Simplified Chinese texts of the draw pad. */
export const drawZh: DrawTexts = {
  pad: '画板：用鼠标、手指或触控笔写一个 0 到 9 的数字。使用键盘时，请在下方选择一个示例。',
  hint: '在这里写',
  clear: '清除',
  clearTip: '擦净画板',
  examples: '或选择一个留出集中的数字',
  example: (label) => `网络从未学习过的手写数字 ${label}`,
  seen: '网络看到的图像',
  seenTip: '与 MNIST 的所有数字一样：缩放到 20 × 20 像素以内，质心位于 28 × 28 的正中',
  permuted: '这个网络学习的是打乱像素的图像，所以它看到的你的笔迹也按同样的顺序打乱。',
  scrambled: '这个网络学习的是打乱相位的图像，所以它看到的你的笔迹也同样被打乱。',
  untrained: '网络还什么都没学：这些数只是随机权重的猜测。请先训练它。',
  empty: '还没有写任何数字。',
  loading: '还没有网络。',
  says: (digit, percent) => `它认为是 ${digit}，概率 ${percent}`,
  probabilities: '各个数字的概率',
  probability: (digit, percent) => `${digit}：${percent}`,
};
