import type { NetworkTexts } from './texts.en.js';

/** The Simplified Chinese texts of the network's strip. */
export const networkZh: NetworkTexts = {
  title: '整个网络如何工作',
  lede: '写一个数字，看它的数值怎样一层层穿过网络：每张小图显示一个卷积核在哪里找到了它要找的东西。指向任意一个数，可以看到它由什么算出；点击可以看得更深。',
  after: (step) => `使用学习 ${step} 批之后的权重。`,
  fresh: '使用训练开始时的随机权重。',
  from: (name) => `使用 ${name} 的权重。`,
  held: (label) => `还没有写任何数字：这是一个网络从未学习过的 ${label}。`,
  strip: '从输入的数字到十个概率的整个网络',
  stages: {
    input: '输入',
    conv1: '卷积层 1',
    pool1: '池化层 1',
    conv2: '卷积层 2',
    pool2: '池化层 2',
    classes: '全连接层与 softmax',
  },
  size: (maps, height, width) => (maps === 1 ? `${height} × ${width}` : `${maps} × ${height} × ${width}`),
  outputs: '十个概率',
  open: (stage) => `打开${stage}：放大它的特征图，并说明它做什么`,
  maps: (stage, count, height, width, most) =>
    `${stage}：${count} 张特征图，每张 ${height} × ${width} 个数，最大到 ${most}`,
  keys: '方向键在数之间移动，回车键深入一层，Esc 键返回。',
  hint: '指向或轻点一个数：它由前面各层的哪些数算出，就会亮起。点击、再次轻点或按回车键，可以打开这一层。',
  where: (stage, map, row, column) => `${stage}${map === null ? '' : `，特征图 ${map}`}，第 ${row} 行第 ${column} 列`,
  readouts: {
    input: (where, value) => `${where}：${value}（0 为白纸，1 为墨）。`,
    conv: (where, sum, value, height, width) =>
      `${where}：和为 ${sum}，经过 ReLU 后为 ${value}。它看到输入中的 ${height} × ${width} 个像素。`,
    pool: (where, value, height, width) =>
      `${where}：${value}。它看到输入中的 ${height} × ${width} 个像素；带标记的数是各个窗口中最大的。`,
    classes: (digit, share, logit, all) =>
      `类别 ${digit}：概率 ${share}，logit 为 ${logit}。它用到最后一层特征图的全部 ${all} 个数。`,
  },
  path: '你在网络中的位置',
  overview: '总览',
  overviewTip: '只看整个网络（Esc）',
  layerTip: (stage) => `返回${stage}的所有特征图（Esc）`,
  number: (map, row, column) => `特征图 ${map}，第 ${row} 行第 ${column} 列`,
  pixel: (row, column) => `第 ${row} 行第 ${column} 列`,
  digit: (digit) => `类别 ${digit}`,
  inDigit: '所指的数用到了数字中的这一部分',
  choose: '点击任意一个数，看它是怎样算出来的。',
  relu: {
    name: '显示哪些数',
    after: 'ReLU 之后',
    before: 'ReLU 之前',
    afterTip: '负的和已变成 0',
    beforeTip: '卷积直接给出的和：红色为正，蓝色为负',
  },
  about: {
    input: (side, count) =>
      `${side} × ${side} = ${count} 个数：0 为白纸，1 为墨。网络得到的就只有这些。你写的数字会像训练用的数字那样缩放并居中。`,
    conv1: (filters, places, kernel) =>
      `${filters} 个卷积核各自在数字上滑动。在 ${places} 个位置中的每一个，卷积核把它盖住的 ${kernel} × ${kernel} 个像素与自己的 ${kernel * kernel} 个权重相乘，再把乘积加起来，得到特征图中的一个数。数值大，说明这里的图像与卷积核相像。`,
    conv2: (filters, maps, kernel) =>
      `${filters} 个卷积核中的每一个，对前面的 ${maps} 张特征图各有 ${kernel} × ${kernel} 个权重。在每个位置，它把全部 ${maps} × ${kernel * kernel} = ${maps * kernel * kernel} 个乘积与偏置加起来。这样它就能找到组合：这里有这样的边缘，旁边有那样的边缘。`,
    relu: (zeros, all, share) => `ReLU：负的和变成 0。这里 ${all} 个数中有 ${zeros} 个变成了 0（${share}）。`,
    order: '程序中先池化再做 ReLU：得到的数完全相同，计算量只有四分之一。',
    pool: (from, to) =>
      `池化：每 2 × 2 个数中只留下最大的，于是 ${from} 变成 ${to}。重要的是找到了什么，确切的位置不那么重要。这一层没有要学习的权重。`,
    empty: (empty, all) => `${all} 个窗口中有 ${empty} 个，四个数全是 0。`,
    left: '最后一行和最后一列凑不满一个窗口，因此被舍去。',
    dense: (count) =>
      `全连接层：每个类别把全部 ${count} 个数各乘以一个权重，加起来，再加上偏置。得到的和称为 logit，记作 z。`,
    softmax:
      'Softmax 把十个 logit 变成总和为 1 的概率：以 e 为底、以 logit 为指数求幂，再除以十个幂之和。计算前先从每个 logit 中减去最大的一个，这不会改变概率。',
    formula: 'p = exp(z − max) / 十个 exp(z − max) 之和',
    weights: (count) => `需要学习的权重：${count} 个。`,
  },
  table: { digit: '类别', logit: 'logit z', power: 'exp(z − max)', share: '概率 p', sum: '总和' },
  openClass: (digit) => `类别 ${digit} 的数是怎样算出来的`,
  parts: {
    pixels: '盖住的像素',
    numbers: '盖住的数',
    filter: (index) => `卷积核 ${index}`,
    kernel: '卷积核',
    weights: '权重',
    products: '乘积',
    map: (index) => `特征图 ${index}`,
  },
  sum: {
    rows: (rows, total) => `逐行相加：${rows} = ${total}`,
    maps: (count, sum) => `${count} 张特征图的总和：${sum}`,
    bias: (bias, total) => `加上偏置 ${bias} = ${total}`,
    relu: (total, value) => `ReLU：${total} 变成 ${value}`,
    kept: (value) => `它不是负数，ReLU 保持不变：${value}`,
    logit: (total) => `这个类别的 logit z 为 ${total}。`,
    softmax: (power, sum, share) => `Softmax：${power} / ${sum} = ${share}`,
    each: '前面的每张特征图：其中的数与对应的卷积核相乘，再相加：',
    dense: '前面的每张特征图：其中所有的数与对应的权重相乘，再相加：',
    most: (value) => `四个数中最大的通过：${value}`,
    none: '四个数全是 0，因此这个数也是 0。',
  },
  apart: '拆开来看',
  apartTip: '在“拆开看卷积”中装入这个卷积核、这幅图像和这个位置',
  winner: '最大的数是怎样来的',
  winnerTip: '打开前一层中胜出的那个数',
};
