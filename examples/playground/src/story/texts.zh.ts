import type { StoryTexts } from './texts.en.js';

/** The Simplified Chinese texts of the guided story that the page needs before it is told. */
export const storyZh: StoryTexts = {
  invitation:
    '第一次来？用十步讲一个故事，每一步都有事可做：卷积核是什么，网络怎样学会自己的卷积核，它们最后变成什么。',
  start: '开始导览',
  startTip: '开始导览；期间可以照常使用页面',
  decline: '不用了',
  declineTip: '隐藏这一条；随时可以用上方的按钮开始导览',
  open: '导览',
  openTip: '十步导览',
};
