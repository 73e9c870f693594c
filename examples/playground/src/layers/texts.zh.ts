import { batches } from '../texts/batches.zh.js';
import type { LayersTexts } from './texts.en.js';

const grouped = new Intl.NumberFormat('zh');
const PARTS = { eye: '眼睛', nose: '鼻子', ear: '耳朵' };

/** The Simplified Chinese texts of what layers combine. */
export const layersZh: LayersTexts = {
  title: '层层组合',
  lede: '第一层找边缘。第二层的卷积核把第一层在相邻 3\u00a0×\u00a03 个位置上找到的东西加起来：边缘组成笔画、弯和角。最后的得分再把各处的笔画加起来：笔画组成数字。',
  computing: '正在计算…',
  of: (step) => `学习 ${batches(step)}之后的权重。`,
  behind: (step) => `最能激活它的数字和它最喜欢的输入，属于学习 ${batches(step)}之后的网络。`,
  figuresOf: (step) => `以上是学习 ${batches(step)}之后的网络的结果。`,

  strokes: '从边缘到笔画：第二层',
  strokesNote:
    '每幅小图是第二层（conv2）的一个卷积核，画的是它所加的第一层卷积核之和，全部用同一色标。红色：这里有墨迹会使它的响应增大；蓝色：这里有墨迹会使它减小。选一个，看看它由什么组成。',
  choose: '选择第二层的一个卷积核',
  filter: (index) => `第二层的卷积核 ${index}`,
  open: (index) => `查看第二层的卷积核 ${index}`,
  sum: '它的边缘之和',
  sumNote: '只由权重算出，把池化当作取平均，并略去 ReLU；真实的网络与此稍有出入。',
  maximized: '它最喜欢的输入',
  maximizedNote: '这是造出来的：从一片灰色出发做梯度上升，希望有墨迹的地方为深色。样子取决于要求它有多平滑。',
  unmoved: '没有输入能增大它的响应。',
  mean: '激活它的图块的平均',
  meanNote: '八个数字方框内图块的平均。它们是真实的，但都是极端的例子。',
  likeness: (correlation) => `与造出来的输入的相关系数：${correlation}。`,
  exciting: '最能激活它的留出集数字',
  excitingTip: (label, value) => `数字 ${label}：卷积核在方框处给出 ${value}`,
  excitingNote: (label, value) => `数字 ${label}：${value}`,
  excitingLegend: (size) =>
    `方框是卷积核在那里看到的范围，${size}\u00a0×\u00a0${size} 像素（它的感受野）；数值是它的响应（ReLU 之前）。网络从未用这些数字学习。`,

  edges: (index) => `卷积核 ${index} 把哪些边缘加起来？`,
  edgesNote:
    '第一层的一个卷积核，乘以九个权重（3\u00a0×\u00a03 个位置各一个），就是它在总和里的一份（全部用同一色标）；权重大的排在前面。正的权重在找到这种边缘处加，负的权重则减。权重并不是全部：数字里少见的边缘，作用也小。',
  edge: (channel) => `卷积核 ${channel}`,
  slice: (channel) => `第一层卷积核 ${channel} 的九个权重`,
  product: (channel) => `第一层卷积核 ${channel} 按这些权重放到各个位置`,
  signs: { adds: '加', subtracts: '减', both: '有处加，有处减' },
  sizes: (sum, norm, share) => `（合计 ${sum}）。范数 ${norm}，占这个卷积核的 ${share}。`,
  dead: '但它是一个失活的卷积核，几乎什么也找不到。',
  carried: (shown, all, share) => `共 ${all} 份，列出的 ${shown} 份占这个卷积核的 ${share}（按权重的平方和计算）。`,
  all: (count) => `显示全部 ${count} 份`,
  fewer: (count) => `只显示 ${count} 份`,
  allTip: '列出第一层的全部卷积核，或只列出权重最大的几个',

  likest: '从笔画到数字：它觉得什么最像 8？',
  likestNote:
    '对每个数字，连同网络给出的概率：留出集里它觉得最像的那一个（最像）；在其他数字里它觉得最像的那一个（其他）；以及从一片灰色出发，对这个数字的得分做梯度上升造出来的输入（造出）。',
  best: '最像',
  stranger: '其他',
  made: '造出',
  input: '输入',
  named: (label) => `数字 ${label}`,
  bestOf: (digit, label, probability) => `留出集中最像 ${digit} 的：一个 ${label}，概率 ${probability}`,
  strangerOf: (digit, label, probability) => `其他数字中最像 ${digit} 的：一个 ${label}，概率 ${probability}`,
  madeOf: (digit, probability) => `为 ${digit} 的得分造出来的输入：网络认为它是 ${digit} 的概率为 ${probability}`,
  honest: (sure) =>
    sure === 0
      ? '在 10 个造出来的输入中，网络没有一个有九成以上的把握。'
      : `在 10 个造出来的输入中，网络对 ${sure} 个有九成以上的把握。在我们看来，它们充其量是那个数字的草图，而网络分辨不出：它知道怎样区分十个数字，却不知道数字是什么。`,

  separable: '每一层都能把数字分得更开吗？这是学来的吗？',
  separableNote: (count) =>
    `把每个留出的数字归到均值离它最近的那一类；比较的是像素，或某一层的输出。除了均值，没有拟合任何东西：用 ${grouped.format(count)} 个数字中一半的均值判断另一半，再反过来。数字不多，相差不到约 3 个百分点可能只是偶然。`,
  live: '本页的网络，现场计算',
  recorded: '记录的研究：三层，五个随机种子',
  recordedNote:
    '不是在这里算的：一个有三层卷积核的网络，运行之前已登记方案（examples/emergence.md；种子 25999、16022、41082、4604、43854）。均值取自 1,500 个学过的数字，在另外 1,000 个上测试。每个小点是一个种子；括号内为最低和最高。',
  network: '网络',
  networks: { trained: '这个网络', untrained: '未训练的孪生网络', byHeart: '死记打乱的标签' },
  networksOfStudy: { trained: '训练过的', untrained: '未训练的孪生网络', byHeart: '死记打乱的标签' },
  layers: { pixels: '像素', relu1: '第 1 层', relu2: '第 2 层', dense: '得分' },
  layersOfStudy: ['第 1 层', '第 2 层', '第 3 层'],
  xLabel: '层（从图像开始）',
  yLabel: '离自己那一类的均值最近的数字所占比例（瞎猜为 10%）',
  range: (lowest, highest) => `(${lowest}–${highest})`,
  separableMeans:
    '对原样的数字，随机的卷积核保留了像素里已有的差别，不会增加，甚至会丢掉一些。学来的卷积核则一步步把数字分得更开。死记 1,000 个打乱的标签的孪生网络到不了那里：起作用的是学会了数字的名字。在上面选“打乱标签”再训练，本页的网络就成了这样的孪生网络。',

  photographs: '那么眼睛和鼻子呢？',
  onPhotographs: '在人脸照片上，学会边缘的层之后，是找眼睛、鼻子和嘴的层（',
  lee: 'Lee 等，2009',
  between: '）；在识别一千类物体的网络里，第二层找到角，第三层找到纹理，第四层找到狗脸、鸟腿之类的东西（',
  zeiler: 'Zeiler 和 Fergus，2014',
  onlyDigits: '）。本页的网络只见过数字：它的第二层找的是笔画，里面没有眼睛。',
  drawn: (part, layer, trained) => `第 ${layer} 层最好的${PARTS[part]}卷积核${trained ? '' : '（未训练）'}`,
  drawnNote: (part, on, fall) => `100 幅图中有 ${on} 幅落在${PARTS[part]}上；去掉${PARTS[part]}后响应下降 ${fall}%`,
  drawnPicture: (part, layer, trained) =>
    `最能激活${trained ? '' : '训练前的网络中'}第 ${layer} 层最好的${PARTS[part]}卷积核的六块动物图画`,
  drawnCaption:
    '这是记录的结果，是图画而不是照片：最能激活各个卷积核的图块中的六块，网络只学了画出来的动物的名字（examples/08-eyes-noses-ears.ts，种子 56274）。因为是画出来的，所以知道哪里是什么，也可以去掉某个部分重画。',
  toAnimals: '看一个网络怎样在答案已知的图画里找到眼睛、鼻子和耳朵：',
  animals: '画出来的动物',
  animalsTip: '前往“画出来的动物”卡片',
};
