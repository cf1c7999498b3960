using Xunit.Sdk;
using Xunit.v3;

// Each test runs several processes that train: one after the other, so that none waits for another's core.
[assembly: Parallelization(Mode = ParallelMode.None)]
