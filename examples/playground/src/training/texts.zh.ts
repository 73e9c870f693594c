import type { TroubleTexts } from './texts.en.js';

/** The Simplified Chinese texts of what went wrong, and of what one should know. */
export const troubleZh: TroubleTexts = {
  effects: {
    trainer: '训练已停止。',
    begin: '无法开始训练。',
    measurer: '无法测量准确率、错误以及与边缘的相似程度。',
    inspector: '无法查看这个卷积核。',
  },
  gap: '',
  absent:
    '这个浏览器没有给页面提供工作线程（Worker），而训练和测量都在其中进行：浏览器版本过旧，或页面是从它不信任的位置打开的。你仍然可以使用“拆开看卷积”。',
  unloaded: '工作线程的程序无法加载：网络中断、服务器上缺少文件，或服务器的策略禁止工作线程。',
  lost: '工作线程不再响应，可能是浏览器为节省内存而终止了它。',
  memory: '内存已用完。减少卷积核、减小批次，或关闭其他页面，都能节省内存。',
  download: (detail) => `无法下载数字（${detail}）。`,
  damaged: (detail) => `数字文件 digits.bin 已损坏，或不是应有的文件（${detail}）。`,
  diverged: (step, rate) =>
    `在第 ${step} 个批次，损失不再是一个数：步子太大，权重无限增长。请把学习率设得比 ${rate} 更小。`,
  failed: (detail) => `引擎报告（英文）：${detail}`,
  mend: '重试',
  mendTip: '重新启动已停止的部分；训练会从头开始',
  loading: '加载中…',
  unmeasured: '不可用：原因见页面顶部的消息。',
  unlearned: (percent, rate) =>
    `它没有学会：只认对了 ${percent} 的数字，不比瞎猜更好。${
      rate === null ? '请试试别的设置。' : `学习率很可能${rate === 'large' ? '太大' : '太小'}。`
    }`,
  refused: (keys) => `网址中以下设置的取值无效，已使用默认值：${keys}`,
  slow: {
    missing: '这个浏览器没有 WebAssembly，或已将其关闭，',
    forbidden: '页面所在的服务器禁止 WebAssembly（其策略中缺少 ‘wasm-unsafe-eval’），',
    old: '这个浏览器的 WebAssembly 版本过旧（不支持 SIMD），',
    other: '此处无法启动 WebAssembly，',
  },
  slowly: '因此改用 JavaScript 的普通循环计算：慢 20 到 50 倍，得到的权重在末几位上不同，权重哈希也就不同。',
  notCopied: '此处不允许复制',
  cardFailed: '页面的这一部分出了故障。',
  cardUnloaded: '页面的这一部分无法加载：网络中断，或服务器上缺少文件。',
};
