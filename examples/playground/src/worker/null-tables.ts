/** Written by ../../store-nulls.ts; nulls.ts says what stands here. */

/** Differences of the quantiles, in base 36; how many of the filters are edges, lines and blobs. */
export type NullTable = readonly [steps: string, edges: number, lines: number, blobs: number];

/** By kernel size. */
export type NullTables = Readonly<Record<number, { normal: NullTable; colored: NullTable }>>;

/** How many filters of each were drawn. */
export const DRAWN = 40000;

export const NULL_TABLES: NullTables = {
  3: {
    normal: [
      '64 3q 3v 2e 21 1s 22 1j 1t 1l 18 1c 17 11 12 y v u w v s t n o t l o q n o m l o n k l k m k l m l l j l j j m j k k k l k k l j j k l j l k k k k l i j k j m l j m l m k n l m l l l n m n n m n n p n l n m m n q n r n o q q p r m t q q t q t t x r u w q w 12 z z 12 11 1f 25 m',
      139,
      170,
      75,
    ],
    colored: [
      'yn 56 24 3g 1w 22 1l 14 1j 13 12 14 y 16 v y s r v u r s t w s s p r q t t p s q r p o o q o p q o o o n n o m l l n j n m l k j l k j i m g j k i h i h h g g h g f f f d f f e d d d c d c c c b b a b 9 b b a 9 8 9 9 a 9 9 7 a 7 9 8 7 8 7 7 7 7 6 7 7 7 6 9 7 9 9 9 8 a 5',
      9297,
      1874,
      648,
    ],
  },
  5: {
    normal: [
      '7a q 11 w p o k m h f c f f e e d c c a a d b a a b a a b b a a b b 9 9 a a a 9 a a 9 9 b a a b a a a a a a a a a a a b c a b 9 b a a c a b b b a c d c d c c d c d d e e e e f d g e g f f h g h g h i j j k i l m m m p m q p p t s u r w 12 13 16 18 14 1v 1k 2b 24 3j 50 d3',
      116,
      171,
      92,
    ],
    colored: [
      'i8 2h 38 1v 22 1j 1x 1m 16 1a 1e 10 x x 11 x x y t s x s v v s t s s n p q n p o o q r p o o n o o q o p n o p p l n m m m m m k n n m m l n k m m m n k n k m l l p k k l l k l k k k m j i k i j k j k i i h j h k i h j i f h h i h g j g g j g f g g j j h h k l k v x 11 m',
      16769,
      9805,
      6055,
    ],
  },
  7: {
    normal: [
      '3i 10 t g e d c c 7 9 8 7 7 7 7 7 6 7 6 6 7 6 7 5 6 5 6 6 6 5 5 6 6 6 5 5 6 6 6 5 5 6 6 5 6 6 6 6 5 6 6 6 6 6 5 6 6 6 6 6 6 6 7 7 6 6 6 7 7 6 6 7 7 6 8 7 7 7 7 8 8 8 8 8 8 9 8 9 9 9 8 9 a a 8 b a a b a b b c c d e d e g h i i i k h o j q q y x 12 1b 1g 1p 29 2g 35 6a',
      127,
      191,
      87,
    ],
    colored: [
      'd3 30 2z 1n 22 19 15 17 x z x r y u x p p r r s r m r p p p o o m n k m m n m o n n k m l l m n k m l m l k m k m o k k j k n k k l o l m l l k l l l k n m n l l l m n l l n m k m k m o m m l l l l m l k m o m k l m p k l m n n m n l p q o s q r o k s 11 16 11 12 w 1l 1b',
      17707,
      12892,
      7562,
    ],
  },
};
