/**
 * Tensors with automatic differentiation, operations, layers, losses, optimizers, data, training.
 * @module convgrad
 */

import './wasm/install.js';

export {
  full,
  ones,
  type RandomOptions,
  randn,
  type TensorOptions,
  type TensorValues,
  tensor,
  uniform,
  zeros,
} from './autograd/create.js';
export { type GradcheckOptions, type GradcheckResult, gradcheck } from './autograd/gradcheck.js';
export { type GradientFunction, noGrad } from './autograd/graph.js';
export { type Operation, operation } from './autograd/operation.js';
export type { AnyStorage, DType, FloatArray, IndexStorage, Storage } from './autograd/storage.js';
export { type NestedArray, Tensor } from './autograd/tensor.js';
export { setThreads } from './autograd/threads.js';
export { type AffineOptions, affine, shift } from './data/affine.js';
export {
  type ClassOptions,
  Dataset,
  type DatasetConstructor,
  type DatasetOptions,
  type Examples,
  type Inputs,
  type NumberOptions,
  type Numbers,
  type Targets,
} from './data/dataset.js';
export { type ElasticOptions, elastic } from './data/elastic.js';
export { type EraseOptions, erase } from './data/erase.js';
export { flip } from './data/flip.js';
export { type Batch, DataLoader, type DataLoaderOptions } from './data/loader.js';
export { stratifiedSplit } from './data/split.js';
export { compose, normalize, type Range, type Transform } from './data/transform.js';
export { ArgumentError, ConvgradError, FormatError, OutOfMemoryError, ReleasedError, ShapeError } from './errors.js';
export { weightHash } from './io/hash.js';
export { type IdxFile, readIdx } from './io/idx.js';
export { readSafetensors, type SafetensorsFile, writeSafetensors } from './io/safetensors.js';
export { readState, writeState } from './io/state.js';
export {
  ELU,
  Flatten,
  GELU,
  LeakyReLU,
  LogSoftmax,
  PReLU,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from './nn/activations.js';
export { type BatchNorm, BatchNorm1D, BatchNorm2D, type BatchNorm2DOptions } from './nn/batchnorm.js';
export {
  Conv2D,
  type Conv2DOptions,
  type Convolution,
  ConvTranspose2D,
  type ConvTranspose2DOptions,
} from './nn/conv2d.js';
export { Dense, type DenseOptions } from './nn/dense.js';
export { type AnyDropout, Dropout, Dropout2D } from './nn/dropout.js';
export { GroupNorm, type GroupNormOptions, InstanceNorm2D } from './nn/groupnorm.js';
export type { WeightOptions } from './nn/init.js';
export * as init from './nn/init.js';
export { LayerNorm, type LayerNormOptions } from './nn/layernorm.js';
export { type AnyModule, Module, Parameter, StateBuffer, type StateDict } from './nn/module.js';
export { AdaptiveAvgPool2D, AvgPool2D, GlobalAvgPool2D, MaxPool2D, type Pool2D } from './nn/pooling.js';
export { Identity, Reshape, Upsample } from './nn/reshape.js';
export { Residual } from './nn/residual.js';
export { type Layer, Sequential } from './nn/sequential.js';
export { type LayerSummary, type Summary, summary } from './nn/summary.js';
export { adaptiveAvgPool2d } from './ops/adaptiveAvgPool2d.js';
export { argmax } from './ops/argmax.js';
export { add, div, mul, type Operand, pow, sub } from './ops/arithmetic.js';
export { bceLoss } from './ops/bceLoss.js';
export { type ClampOptions, clamp } from './ops/clamp.js';
export { eq, ge, gt, le, lt, ne } from './ops/compare.js';
export { type ConvolutionOptions, conv2d } from './ops/conv2d.js';
export { convTranspose2d, type TransposedConvolutionOptions } from './ops/convTranspose2d.js';
export { crossEntropy } from './ops/crossEntropy.js';
export { dense } from './ops/dense.js';
export { type DropoutOptions, dropout, dropout2d } from './ops/dropout.js';
export {
  abs,
  exp,
  type GeluOptions,
  gelu,
  leakyRelu,
  log,
  neg,
  relu,
  sigmoid,
  silu,
  softplus,
  sqrt,
  tanh,
} from './ops/elementwise.js';
export { elu } from './ops/elu.js';
export { gather } from './ops/gather.js';
export { groupNorm } from './ops/groupNorm.js';
export { huberLoss } from './ops/huberLoss.js';
export type { ClassWeights, Labels } from './ops/labels.js';
export { logSumExp } from './ops/logSumExp.js';
export { bceWithLogits, l1Loss, mseLoss, type Reduction } from './ops/losses.js';
export { matmul } from './ops/matmul.js';
export { maximum, minimum } from './ops/maximum.js';
export { nllLoss } from './ops/nllLoss.js';
export { norm } from './ops/norm.js';
export { type BatchNormalizationOptions, batchNorm2d, layerNorm } from './ops/normalize.js';
export { oneHot } from './ops/oneHot.js';
export { pad } from './ops/pad.js';
export { avgPool2d, maxPool2d, type PoolingOptions } from './ops/pool2d.js';
export { prelu } from './ops/prelu.js';
export { max, mean, min, type ReduceOptions, type RowOptions, sum } from './ops/reduce.js';
export { clone, flatten, permute, reshape, transpose } from './ops/reshape.js';
export { cat, slice } from './ops/slice.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { squeeze, unsqueeze } from './ops/squeeze.js';
export { split, stack } from './ops/stack.js';
export { tripletMarginLoss } from './ops/tripletMarginLoss.js';
export { type UpsampleOptions, upsample } from './ops/upsample.js';
export { type VarianceOptions, variance } from './ops/variance.js';
export { where } from './ops/where.js';
export { Adadelta, type AdadeltaOptions } from './optim/adadelta.js';
export { Adam, type AdamOptions } from './optim/adam.js';
export { AdamW } from './optim/adamw.js';
export { clipGradNorm, clipGradValue } from './optim/clip.js';
export { OneCycleLR, type OneCycleLROptions } from './optim/onecycle.js';
export { Optimizer, type ParameterGroup, type ParameterState } from './optim/optimizer.js';
export type { OptimizerState } from './optim/optimizer-state.js';
export { type PlateauState, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './optim/plateau.js';
export { RMSprop, type RMSpropOptions } from './optim/rmsprop.js';
export { LRScheduler, type ScheduleOptions, type SchedulerState } from './optim/scheduler.js';
export { CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, SequentialLR, StepLR } from './optim/schedules.js';
export { SGD, type SGDOptions } from './optim/sgd.js';
export { Generator, type GeneratorState, getDefaultGenerator, manualSeed } from './random.js';
export type { Pair, Shape } from './shape.js';
export type { Callback, Checkpoint, EpochRecord, History, TrainingState } from './train/callback.js';
export { DivergenceError } from './train/divergence.js';
export { type EvaluateOptions, type Evaluation, evaluate, type Loss, type Measures } from './train/evaluate.js';
export { fit } from './train/fit.js';
export type { FitOptions, StepOptions, TrainingOptions } from './train/fit-options.js';
export {
  accuracy,
  iou,
  type Metric,
  type MetricFunction,
  type Metrics,
  meanAbsoluteError,
  topK,
} from './train/metrics.js';
export { type EarlyStoppingOptions, earlyStopping, type Mode, type Monitor } from './train/monitor.js';
export { type PredictOptions, predict } from './train/predict.js';
export type { AnyBatch, Batches } from './train/source.js';
export type { Communicator, World } from './train/world.js';
