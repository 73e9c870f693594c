import { batches } from '../texts/batches.zh.js';
import type { OneStepTexts } from './texts.en.js';

/** The Simplified Chinese texts of this card. */
export const oneStepZh: OneStepTexts = {
  title: '拆开看一步学习',
  lede: '学习就是反复走这样一步：看几个数字，弄清每个权重该往哪边动，再让所有权重都动一点点。这里让网络的一个副本走一步。',
  go: '走这一步',
  goTip: '让副本走一步',
  again: '再走一步',
  againTip: '让副本从现在的位置再走一步',
  back: '回到页面上的网络',
  backTip: '丢掉这个副本，重新复制一个',
  rate: '学习率',
  rateTip: '每一单位梯度走多远',
  own: (rate) => `${rate}（当前设置）`,
  copy: (step, taken) =>
    taken === 0
      ? `学习 ${batches(step)}之后的网络的副本。`
      : `学习 ${batches(step)}之后的网络的副本，又走了 ${taken} 步。页面上的网络保持不变。`,
  choose: '选择第一层的一个卷积核',
  filter: (index) => `卷积核 ${index}`,
  before: '之前',
  change: '往哪边、走多远',
  after: '之后',
  beforePicture: (index) => `走这一步之前的卷积核 ${index}`,
  changePicture: (index) => `卷积核 ${index}：每个权重上有一个箭头，变大则向上，变小则向下`,
  afterPicture: (index) => `走这一步之后的卷积核 ${index}`,
  lossBefore: '损失',
  lossAfter: '同一批数字上的损失',
  longest: (most) => `最长的箭头：${most}`,
  unmoved: '没有权重移动。',
  waiting: '尚未进行',
  learning: '网络正在学习：按下按钮，就复制它此刻的样子。',
  change1: '变化量 = −学习率 × 梯度',
  equation: (row, column) => `第 ${row} 行第 ${column} 列的权重：`,
  parts: { before: '之前', rate: '学习率', gradient: '梯度', after: '之后' },
  weight: (row, column) => `第 ${row} 行第 ${column} 列的权重`,
  writeOut: '在下面写出这个权重',
  gradient: '一个权重的梯度，说的是这个权重变大时损失上升得多快。所以每个权重都朝相反的方向走，越陡走得越远。',
  fell: (from, to) => `这批数字上的损失从 ${from} 降到了 ${to}。`,
  rose: (from, to) => `这批数字上的损失从 ${from} 升到了 ${to}：步子太大，走过了头。把学习率调小就好。`,
  same: (loss) => `这批数字上的损失仍是 ${loss}。`,
  broken: '损失已经不是一个数了：步子实在太大。请回到页面上的网络。',
  batch: (shown, all) => `${all} 个数字中的 ${shown} 个`,
  batchNote: (all) =>
    `每个数字下面是网络给正确答案的概率。损失是全部 ${all} 个数字的 −log(概率) 的平均值：个个都有十足把握时为 0，瞎猜时约为 2.3。`,
  given: (label, before, after) =>
    after === null
      ? `数字 ${label}：正确答案的概率为 ${before}`
      : `数字 ${label}：正确答案的概率从 ${before} 变为 ${after}`,
  to: '→',
  honest: (weights) =>
    `这些数字属于留出集：页面上的网络从不向它们学习，副本用完就丢掉。全部 ${weights} 个权重一起走这一步，这里只画出一个卷积核。这是最朴素的梯度下降：w − 学习率 × 梯度；真正的训练每一步都换一批数字，优化器和权重衰减以设置为准。`,
  numbers: '这个卷积核的全部数字',
  columns: {
    weight: '行，列',
    before: '之前',
    gradient: '梯度',
    change: '−学习率 × 梯度',
    after: '之后',
  },
};
