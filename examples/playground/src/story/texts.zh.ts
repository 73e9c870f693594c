import type { StoryTexts } from './texts.en.js';

/** The Simplified Chinese texts of the guided story. */
export const storyZh: StoryTexts = {
  label: '导览',
  invitation: '第一次来？用五步讲一个故事：卷积核是什么，网络怎样学会自己的卷积核，它们最后变成什么。',
  start: '开始导览',
  startTip: '开始导览；期间可以照常使用页面',
  decline: '不用了',
  declineTip: '隐藏这一条；随时可以用上方的按钮开始导览',
  open: '导览',
  openTip: '五步导览',
  step: (step, of) => `第 ${step} 步，共 ${of} 步`,
  next: '下一步',
  nextTip: '下一步',
  back: '上一步',
  backTip: '上一步',
  done: '完成',
  close: '关闭',
  closeTip: '关闭导览（Esc）',
  steps: [
    {
      title: '卷积核在图像上滑动',
      text: '按“播放”。窗口每停一处，就把看到的像素与九个权重相乘再相加。1、0、−1 这些权重是人想出来的：它们对竖直边缘有响应。',
    },
    {
      title: '这些权重没有人设计',
      text: '网络必须自己找到权重。它们最初是噪声。按页面顶部的“开始训练”：每一批图像都让每个权重改变一点，使认错的数字变少。',
    },
    {
      title: '看它们变化',
      text: '小图是卷积核原来的样子，大图是现在的样子。训练一段时间后，把这个滑块往回拖，看噪声怎样消退、形状怎样出现。',
    },
    {
      title: '这些是边缘吗？',
      text: '眼睛在噪声里也能看出图案。所以每个卷积核都与边缘和线条的模板比较，整个层再与 20,000 个随机层比较。只有高出两个区间的曲线才超出了偶然。',
    },
    {
      title: '查看其中一个',
      text: '选一个卷积核，把它消融：没有它会多错多少个数字？再往下是它像什么、什么能激活它。然后在上面一张卡片里写一个你自己的数字。',
    },
  ],
};
