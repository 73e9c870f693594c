// Tests and the programs that they run compute on one thread: the numbers are the same on any number of threads, and with
// several processes at a time each core has its work. (Those of threads say how many they want.)
import os from 'node:os';

os.availableParallelism = () => 1;
