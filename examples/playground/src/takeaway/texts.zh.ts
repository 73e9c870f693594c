import type { TakeawayTexts } from './texts.en.js';

/** The Simplified Chinese texts of "Take it away". */
export const takeawayZh: TakeawayTexts = {
  title: '导出与保存',
  lede: '网络存成文件，卷积核存成图片，训练写成程序：你在这里做出来的都归你。',
  weights: '网络',
  download: '下载 model.safetensors',
  downloadTip: '把所示的权重存成 safetensors 文件，convgrad 和 PyTorch 都能打开',
  load: '载入文件',
  loadTip: '显示一个 safetensors 文件中的权重，来自这里、Node 或 PyTorch 均可',
  loadNote: '其中的名称应为 conv1.weight、conv2.weight、conv2.bias、dense.weight 和 dense.bias。',
  loaded: (name, hash) => `已载入 ${name}，权重哈希 ${hash}。按“开始训练”会重新开始一次训练。`,
  refused: (name, reason) => `无法载入 ${name}：${reason}`,
  tooLarge: (megabytes) => `文件大于 ${megabytes} MB`,
  notFinite: '其中的权重，或由它们得到的回答，不都是有限的数',
  wrongSettings: (refused) => `其中保存的设置在本页面无效（${refused}）`,
  noNetwork: (detail) => `它不是 safetensors 文件，或已损坏（引擎的英文报告：${detail}）`,
  otherNetwork: (detail) => `其中的权重不属于本页面的网络（引擎的英文报告：${detail}）`,
  unreadable: (detail) => `文件已无法读取（浏览器报告：${detail}）`,
  filters: '卷积核',
  png: '下载 filters.png',
  pngTip: '所示的卷积核及其未训练的孪生卷积核，连同色标，存成图片',
  pngFailed: '浏览器无法生成图片。',
  program: '训练过程',
  programNote: (known) =>
    `${known ? '这个程序在 Node 中训练同样的网络，最后得到同样的权重哈希。' : '文件没有说明这些权重是怎样学来的。这个程序按上面的设置在 Node 中训练这样一个网络。'}请把它存为 convgrad 源代码文件夹中的 run.ts，并在那里运行：`,
  copy: '复制',
  copied: '已复制',
  copyTip: '复制这个程序',
  downloadProgram: '下载 run.ts',
  downloadProgramTip: '把程序存成文件',
  code: '程序',
};
