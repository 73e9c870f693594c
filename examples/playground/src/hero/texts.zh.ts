import type { HeroTexts } from './texts.en.js';

const grouped = new Intl.NumberFormat('zh');

/** The Simplified Chinese texts of the hero. */
export const heroZh: HeroTexts = {
  title: '从噪声到边缘',
  captions: [
    '卷积核是 25 个数，在数字图像上滑动。哪里吻合，特征图就在哪里变红。',
    '它起初只是噪声，每看一批数字，就学到一点。',
    '它变成了一条边缘：左边是笔迹，右边是白纸。没有人教过它。',
  ],
  digit: '一个数字',
  filter: (batches) => `一个卷积核，学过 ${grouped.format(batches)} 批`,
  map: '特征图',
  live: '现场训练',
  liveTip: '在本页开始训练，并跳到正在学习的卷积核',
  seeLive: '看现场',
  seeLiveTip: '跳到正在学习的卷积核',
  play: '播放',
  playTip: '播放这个卷积核的学习过程',
  pause: '暂停',
  pauseTip: '让动画停下',
  note: '这是 12 个卷积核之一的录像。按钮会在你的电脑上真正训练全部卷积核。',
  description: (batches, weights, before, after) =>
    `录像：一个 5×5 像素的窗口在手写数字 4 上滑动，每停一处，卷积核就给出 20×20 特征图中的一个数。未训练时，卷积核只是噪声，特征图中的数很小，从 ${before[0]} 到 ${before[1]}。学过 ${grouped.format(batches)} 批数字之后，它左边的几列为正，右边的几列为负，从 ${weights[0]} 到 ${weights[1]}；特征图从 ${after[0]} 到 ${after[1]}：沿笔画的右边缘最大，沿左边缘最小。`,
};
