import { convolutionZh } from '../convolution/texts.zh.js';
import { drawZh } from '../draw/texts.zh.js';
import { heroZh } from '../hero/texts.zh.js';
import { inspectorZh } from '../inspector/texts.zh.js';
import { networkZh } from '../network/texts.zh.js';
import { presetsZh } from '../presets/texts.zh.js';
import { storyZh } from '../story/texts.zh.js';
import { troubleZh } from '../training/texts.zh.js';
import { batches } from './batches.zh.js';
import type { Texts } from './index.js';

const grouped = new Intl.NumberFormat('zh');

/** The page's texts in Simplified Chinese, with the same keys as en.ts. */
export const zh: Texts = {
  page: {
    title: 'convgrad 游乐场：看卷积核学习',
    heading: '看一个网络学会“看”',
    lede: '一个真正的卷积神经网络，就在这个页面里、在你的电脑上学习手写数字。它的卷积核会变成什么？这是否只是巧合？',
    language: '语言',
    languageTip: '页面语言',
    languages: { en: 'EN', zh: '中文' },
    unspoken: (language) => `“${language}”的文字无法加载：网络中断，或服务器上缺少文件。`,
    theme: '配色',
    themeTip: '页面配色：跟随系统、浅色或深色',
    themes: { system: '自动', light: '浅色', dark: '深色' },
    explain: (word) => `“${word}”是什么意思？`,
  },
  training: {
    title: '训练',
    train: '开始训练',
    goOn: '继续',
    again: '重新训练',
    pause: '暂停',
    trainTip: '让网络开始学习',
    pauseTip: '暂时停在这里',
    step: '单步',
    stepTip: '只学习一个批次的图像，然后等待',
    reset: '重置',
    resetTip: '回到训练之前的网络',
    speed: '速度',
    paces: { slow: '慢', normal: '中', full: '全速' },
    paceTips: { slow: '每秒 20 个批次', normal: '每秒 100 个批次', full: '这台设备能有多快就多快' },
    loading: '正在加载数字…',
    epoch: '轮次',
    stepName: '批次',
    heldOut: '准确率',
    heldOutAfter: (step) => `准确率（${step} 批后）`,
    heldOutTip: (count) =>
      `在网络从未学习过的 ${grouped.format(count)} 个数字中，识别正确的比例。训练时只统计其中五分之一，以免拖慢训练。`,
    some: (count) => `${count} 个数字`,
    imagesPerSecond: (count) => `${grouped.format(count)} 张/秒`,
    epochDone: (epoch) => `第 ${epoch} 轮完成。`,
    progress: '训练进度',
  },
  conditions: {
    title: '它从什么中学习',
    names: { recipe: '数字', permuted: '打乱像素', scrambled: '打乱相位', shuffled: '打乱标签', untrained: '不训练' },
    tips: {
      recipe: '原样的数字及其标签。选择一个对照组，看看失去结构之后会怎样。',
      permuted:
        '对照组：所有图像的像素都按同一个随机顺序重排。网络仍能学会识别，但相邻的像素不再相邻：平滑的形状和边缘都不应出现。',
      scrambled:
        '对照组：给每个频率一个随机的相位，所有图像都一样。相邻像素仍像原来那样相似（功率谱不变），但边缘消失了。卷积核仍可能长得像边缘：单凭形状说明不了多少。',
      shuffled: '对照组：1,000 个数字配上随机的标签，让网络死记硬背。图像是完整的，任务却没有意义。',
      untrained: '对照组：走同样多的步数，但学习率为 0。什么也没学，也就什么都不应发现。',
    },
  },
  filters: {
    title: '第一层卷积核，实时变化',
    lede: '每个方块是第一层的一个卷积核：在图像上滑动的一小组权重。蓝色（带小减号）为负，白色为零，红色为正。',
    loading: '加载中…',
    rows: '小图：未训练的孪生卷积核。大图：同一个卷积核现在的样子。所有图共用一个色标。',
    rowsAlone: '来自文件，其中没有说明训练之前的样子。所有图共用一个色标。',
    words: '类别',
    and: '与',
    labels: (step) => (step === null ? '。' : `：学习 ${batches(step)}之后。`),
    legend: '权重',
    twin: (index) => `训练前的卷积核 ${index}`,
    filter: (index) => `现在的卷积核 ${index}`,
    classes: { edge: '边缘', line: '线条', blob: '斑点', unclassified: '未分类', dead: '失活' },
    classTips: {
      edge: '边缘：与边缘模板最吻合：一侧亮，一侧暗。角度为边缘的走向。',
      line: '线条：与线条模板最吻合。角度为线条的走向。',
      blob: '斑点：与圆形斑点模板最吻合。',
      unclassified: '未分类：没有模板与它的吻合程度超过 99% 的随机卷积核。',
      dead: '失活：它的权重不到最强卷积核的 5%：没有被用到。',
    },
    fitMeans:
      'R²ori，模板吻合度：最相似的边缘或线条能解释这个卷积核的多少，从 0 到 1。对 5 × 5 的权重，噪声约能达到 0.25。',
    fitTip: (share) => `R²ori ${share.toFixed(2)}：最吻合的边缘或线条能解释这个卷积核的比例，从 0 到 1`,
  },
  timeline: {
    title: '时间线',
    tip: '向回拖动，查看较早批次时的卷积核、统计量和准确率',
    live: '实时',
    liveTip: '重新跟随训练',
    standing: (step, accuracy, loss, some) =>
      `学习 ${batches(step)}之后：留出集准确率 ${accuracy}，损失 ${loss}${some === null ? '' : `（${some} 个数字）`}`,
    behind: (step, lag, accuracy, loss, some) =>
      `学习 ${batches(step)}之后（最近一次在 ${lag} 个批次之后统计了${some === null ? '全部' : ` ${some} 个`}留出的数字：准确率 ${accuracy}，损失 ${loss}）`,
  },
  emergence: {
    title: '真的是边缘，还是只是巧合？',
    chart: '训练过程中该层的平均 R²ori，以及随机层所在的区间',
    steps: '已学习的批次',
    layer: '这一层',
    twin: '未训练的孪生层',
    independentBand: '随机层：99% 低于此线',
    smoothBand: '平滑的随机层：99% 低于此线',
    computing: '计算中…',
    mean: (step) => `学习 ${batches(step)}之后的平均 R²ori：边缘和线条能解释多少`,
    oriented: (count, live) => `${live} 个有效卷积核中，${count} 个是边缘或线条`,
    against: '随机层的权重',
    below: '99% 低于',
    nulls: { independent: '相互独立', smooth: '平滑' },
    nullTips: {
      independent: '每个权重单独抽取',
      smooth: '相邻权重的相似程度与数字图像的像素一样',
    },
    verdicts: {
      inside: '处在偶然的范围之内：得不出任何结论。',
      smooth: '超过独立的随机权重，但没有超过平滑的随机权重：也许仅凭平滑就能解释。',
      outside: '比两种随机卷积核都更像边缘和线条。',
    },
    explanation:
      'p 是 20,000 个随机层中达到同样程度的比例。它说的是这一次训练中所有卷积核的平均值，而不是某一个卷积核；它既不能说明是不是数字里的边缘造成的，也不能说明网络是否需要边缘。',
  },
  charts: {
    gap: '。',
    line: (line, first, firstStep, last, lastStep) =>
      firstStep === lastStep
        ? `${line}：学习 ${batches(lastStep)}之后为 ${last}`
        : `${line}：从 ${batches(firstStep)}之后的 ${first} 到 ${batches(lastStep)}之后的 ${last}`,
  },
  progress: {
    title: '学习进展',
    lede: '留出集是网络从未学习过的 1,000 个数字。训练时统计其中 200 个，静止时统计全部。它们来自 MNIST 的训练集，因此这不是 MNIST 测试集上的成绩。',
    loss: '损失',
    accuracy: '准确率',
    chart: (what) => `训练过程中的${what}`,
    steps: '已学习的批次',
    train: '训练集',
    heldOut: '留出集',
    someHeldOut: (count) => `留出集中的 ${count} 个`,
    computing: '计算中…',
    after: (step, some) => `学习 ${batches(step)}之后${some === null ? '' : `，统计了 ${some} 个留出的数字`}。`,
    counting: '正在重新统计…',
    confusion: '混淆矩阵',
    confusionNote: '行：真实数字。列：网络的回答。',
    confusionCell: (digit, said, count) => `有 ${count} 个 ${digit} 被认成 ${said}`,
    mistakes: '最严重的错误',
    mistakesNote: (wrong, all) => `${all} 个留出的数字中错了 ${wrong} 个；最确信的错误排在最前。`,
    mistake: (label, said) => `${label} 被认成 ${said}`,
    digit: (label) => `手写数字 ${label}`,
    thoughts: (said, right) => `它的回答占 ${(100 * said).toFixed(0)}%，正确答案占 ${(100 * right).toFixed(0)}%`,
  },
  settings: {
    title: '设置',
    lede: '决定一次训练的全部因素。它们都写在网址里，所以一个链接就能逐位重现这次训练。',
    names: {
      kernelSize: '卷积核大小',
      filters: '卷积核数量',
      lr: '学习率',
      batchSize: '批次大小',
      weightDecay: '权重衰减',
      epochs: '轮数',
      seed: '随机种子',
      initialization: '初始化',
      optimizer: '优化器',
      condition: '条件',
    },
    tips: {
      kernelSize: '第一层每个卷积核的宽和高',
      filters: '第一层卷积核的数量，1 到 32',
      lr: '每一步走多远；沿直线降到 0',
      batchSize: '每一步学习多少张图像',
      weightDecay: '没有被用到的第一层权重消退得多快；初始的噪声就是这样消失的',
      epochs: '每张图像被看多少遍',
      seed: '使用哪些随机数：训练集与留出集的划分、权重的初始值和图像的顺序',
      initialization: '权重的初始值：PyTorch 默认，或 He 正态分布',
      optimizer: '如何由梯度得到一步；选择后会设为适合它的学习率',
      condition: '它从什么中学习',
    },
    choices: {
      ...{ default: 'PyTorch 默认', he: 'He 正态分布' },
      ...{ sgd: 'SGD，动量 0.9', plain: 'SGD', adam: 'Adam', adamw: 'AdamW' },
    },
    range: (least, most, whole) => `应为 ${least} 到 ${most} 之间的${whole ? '整数' : '数'}`,
    copy: '复制链接',
    copied: '已复制',
    copyTip: '复制能重现这次训练的链接',
    defaults: '恢复默认',
    defaultsTip: '回到主示例的设置',
    hash: '权重哈希：',
    noHash: '训练结束后显示',
    hashNote: '同样的设置在任何设备上都得到同样的哈希，无论在 Node 还是浏览器中。',
    took: (seconds, rate, threads) => `训练用时 ${seconds} 秒，${grouped.format(rate)} 张/秒，${threads} 个线程`,
  },
  hero: heroZh,
  presets: presetsZh,
  network: networkZh,
  convolution: convolutionZh,
  draw: drawZh,
  inspector: inspectorZh,
  story: storyZh,
  trouble: troubleZh,
};
