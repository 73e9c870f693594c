import type { AnimalsTexts } from './texts.en.js';

/** The Chinese texts of this card. */
export const animalsZh: AnimalsTexts = {
  title: '眼睛、鼻子、耳朵',
  lede: '都说在照片上，深层的卷积核能找到眼睛和鼻子，但没有人能核对。这里的动物是由程序画的，所以每只眼睛、鼻子和耳朵在哪里都是已知的。一个三层网络只被告知动物的名字：它会长出专门寻找这些部位的卷积核吗？',
  parts: { eye: '眼睛', nose: '鼻子', ear: '耳朵' },
  lines: { eye: '眼睛：实线', nose: '鼻子：虚线', ear: '耳朵：点线' },
  samples: {
    title: '它从什么中学习',
    note: '十二种动物，是三种耳朵、两种鼻子、两种眼睛的全部组合：单凭一个部位认不出名字。把指针移到一张脸上，或点一下它，就能看到真实的部位；看起来像眼睛却没有描线的，是干扰物。',
    others: '另画一组',
    all: '标出所有图中的部位',
    tip: '标出或隐藏它的部位',
    othersTip: '由同一个程序另画十二张脸',
    allTip: '在全部十二张图中标出眼睛、鼻子和耳朵',
    animals: {
      fox: '狐狸',
      cat: '猫',
      pig: '猪',
      boar: '野猪',
      dog: '狗',
      goat: '山羊',
      cow: '奶牛',
      hog: '肥猪',
      bear: '熊',
      panther: '黑豹',
      mouse: '老鼠',
      hippo: '河马',
    },
    ears: { pointed: '尖耳朵', floppy: '垂耳朵', round: '圆耳朵' },
    nose: { button: '小鼻头', snout: '猪鼻子' },
    eyes: { round: '圆眼睛', slit: '细长眼睛' },
  },
  asked: {
    title: '要网络回答什么',
    animal: '动物的名字',
    nose: '只问鼻子（对照）',
    notes: {
      animal: '只告诉它每张图是十二种动物中的哪一种，完全不提部位。',
      nose: '对照：同样的图、同样多的步数，但只问鼻子是小鼻头还是猪鼻子。应当出现找鼻子的卷积核，而没有找眼睛和耳朵的。',
    },
  },
  tips: {
    train: '开始或继续这次训练；两个训练同时只进行一个',
    pause: '暂停这次训练',
    reset: '结束这次训练，并丢弃它找到的结果',
  },
  nextSeed: (seed) => `用种子 ${seed} 训练`,
  seed: '随机种子',
  seedTip: '决定画出的图和最初的权重；同一个种子得到的权重每一位都相同',
  amount: (learned, epochs) => `${learned} 张图，各看 ${epochs} 遍，在单独的工作线程中进行。`,
  cost: '在电脑上约占用一个处理器核心 15 秒、内存 200 MB，结束后归还。',
  shared: '数字的训练也在进行：两者共用这台机器的处理器核心，都会变慢。',
  drawing: '正在画图…',
  accuracy: (step) => `${step === 0 ? '训练前' : `第 ${step} 批次后`}的留出准确率`,
  right: (percent, count) => `${percent}（共 ${count} 张）`,
  slowly: '这样一次训练需要五到十分钟。',
  diverged: (step) => `在第 ${step} 个批次，损失不再是一个数。`,
  memory: '内存不够：它需要约 200 MB。关闭其他页面会有帮助。',
  stopped: (step) =>
    step === null
      ? '动物的训练已停止。'
      : `动物的训练已停止；显示的是${step === 0 ? '训练前' : `第 ${step} 批次后`}的结果。`,
  counts: {
    title: '找到的卷积核',
    of: { animal: '问名字', nose: '对照：只问鼻子' },
    seed: (seed) => `种子 ${seed}`,
    none: '尚未训练',
    steps: '已学习的批次',
    filters: '32 个中的个数',
    said: (step, eye, nose, ear) =>
      `${step === 0 ? '训练前' : `第 ${step} 批次后`}：32 个卷积核中，找眼睛的 ${eye} 个，找鼻子的 ${nose} 个，找耳朵的 ${ear} 个`,
    chart: (of, said) => `${of}。${said}`,
  },
  filters: {
    title: '第三层的 32 个卷积核',
    note: (step) =>
      `${step === 0 ? '训练前，即未经训练的孪生网络' : `第 ${step} 批次后`}。每个方块是一个卷积核：没学过的图中最能激发它的四小块，每块 20×20 像素。写着词的：它比对照网络更可靠地找到这个部位。加括号的：去掉这个部位时它的响应下降最多，但还不够。`,
    empty: '训练开始后，这里会显示每个卷积核对什么有响应。',
    when: '显示哪一时刻',
    whenTip: '训练前或若干批次之后的卷积核',
    tip: '显示什么能激发这个卷积核，以及如何判定它',
    before: '训练前',
    newest: '最新',
    filter: (index, what) => `卷积核 ${index}：${what}`,
    silent: '无响应',
    none: '与部位无关',
    finds: (part, percent) => `${part} ${percent}`,
    leans: (part, percent) => `（${part} ${percent}）`,
    counted: (part) => `算作寻找${part}的卷积核`,
    uncounted: '不算作寻找某个部位的卷积核',
    onPart: (part, percent, count, least) =>
      `在最能激发它的 ${count} 张未学过的图中，有 ${percent} 的最大响应落在${part}上（须超过 ${least}，即对照网络中每 100 个卷积核有 99 个达不到的水平）。`,
    fall: (part, percent, others) =>
      `同样的图去掉${part}重画后，它的响应下降 ${percent}（须超过一半）；去掉别的部位时最多下降 ${others}。`,
    rises: '去掉任何部位，它的响应都不下降。',
    silentNote: '它对没学过的图都没有响应：训练使它失效了。',
    drawing: (animal, on, part) => `${animal}，响应${on ? '落在' : '不在'}${part}上`,
    pieces: '最能激发它的图；方框是它看到的范围。',
  },
  rule: {
    title: '怎样才算',
    text: (top, half, eye, nose, ear) =>
      `在 ${half} 张没学过的图里，取最能激发一个卷积核的 ${top} 张，同时满足两条，才算它找到某个部位。第一，最大响应落在该部位上的比例，高于对照网络（三个未训练的，一个把打乱的名字死记硬背下来的）中 100 个卷积核里的 99 个：眼睛须超过 ${eye}，鼻子 ${nose}，耳朵 ${ear}。第二，把同样的图去掉该部位重画，响应下降一半以上。卷积核归于哪个部位，是用另外 ${half} 张图选定的。${top} 张不多：一张之差就是 5%。`,
  },
  five: {
    title: '每次都这样吗？',
    caption: '最后一个批次后找到的卷积核个数，每列一个种子（0 到 4），在 Node 中计算',
    mean: '均值 ± 标准差',
    row: (asked, part) => `${asked}：${part}`,
    asked: { animal: '问名字', nose: '只问鼻子' },
    accuracy: '准确率（%）',
    before: '训练前，十个网络都是 0、0、0。',
    small:
      '每次并不相同：种子 2 的大多数卷积核失效了，找到的部位很少；五个对照中有两个各有两个找眼睛的卷积核，尽管没有人问眼睛。',
    study:
      '这里的训练比研究 examples/eyes-noses-ears.md 的小，那里有 10,000 张图，各看 7 遍。那里的五个种子，在 32 个卷积核中，找眼睛的有 6 到 9 个，鼻子 3 到 8 个，耳朵 5 到 9 个，名字答对 98.1% 到 98.9%；训练前都没有。只问鼻子时：找鼻子的 12 到 17 个，没有找耳朵的，四个种子没有找眼睛的，另一个种子有两个。',
    limits:
      '这只是一个玩具世界：每个部位只有两三种形状。它说明单凭名字就能产生寻找部位的卷积核，而问什么决定了产生哪些；它并不说明处理照片的网络也有这样的卷积核。',
  },
  hash: '权重哈希：',
};
