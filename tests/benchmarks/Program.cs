using Federated.Benchmarks;

// dotnet run --project tests/benchmarks -c Release -- training [--steps 30] [--batch 16] [--length 128] [--targets q_proj,v_proj] [--factors b|ab] [--threads 1] [--model reference|gpt2|large|base-docs]
// dotnet run --project tests/benchmarks -c Release -- precision [--model reference|large|base-docs]
// dotnet run --project tests/benchmarks -c Release -- memory [--model reference|large|base-docs] [--batch 16] [--targets q_proj,v_proj] [--rounds 3]
// dotnet run --project tests/benchmarks -c Release -- endurance [--steps 10000]
// dotnet run --project tests/benchmarks -c Release -- loading [--layers 8] [--rounds 5]
// dotnet run --project tests/benchmarks -c Release -- tokenizer [--folder MODEL] [--texts 500] [--rounds 7]
// dotnet run --project tests/benchmarks -c Release -- privacy [--rounds 5]
// dotnet run --project tests/benchmarks -c Release -- merge [--updates 10] [--megabytes 40] [--rounds 5]
// dotnet run --project tests/benchmarks -c Release -- merge-store [--updates 10,100,1000] [--cold 10,40] [--megabytes 40]
// dotnet run --project tests/benchmarks -c Release -- merge-shares [--workers 2] [--updates 40] [--size 16384] [--svd-updates 8] [--svd-size 1024]
// dotnet run --project tests/benchmarks -c Release -- svd [--nodes 10,50,200] [--size 4096] [--rank 16]
// dotnet run --project tests/benchmarks -c Release -- weights [--nodes 1000000] [--participants 1000] [--rounds 5]
// dotnet run --project tests/benchmarks -c Release -- simulate [--nodes 250,1000,4000] [--updates 2500]
// dotnet run --project tests/benchmarks -c Release -- fedau [--seeds 3] [--nodes 50] [--versions 300] [--participation bernoulli,markov,cyclic] [--task digits|quadratic]
// dotnet run --project tests/benchmarks -c Release -- utility [--epsilon 4] [--seeds 3] [--steps 48] [--batch 256] [--rate 1e-2] [--factors b|ab|core|slices] [--rank 8] [--targets q_proj,v_proj]
// dotnet run --project tests/benchmarks -c Release -- utility --compare b:8,slices:8,core:32,ab:3 [--rates 5e-3,1e-2] [--epsilon 4] [--seeds 3] [--steps 48] [--batch 256]
// dotnet run --project tests/benchmarks -c Release -- eva [--epsilon 4] [--seeds 3] [--steps 24] [--batch 256] [--rates 5e-3,1e-2] [--rank 8] [--targets q_proj,v_proj]
// dotnet run --project tests/benchmarks -c Release -- ranks [--epsilon 4] [--seeds 3] [--steps 24] [--batch 256] [--rate 1e-2] [--rank 8] [--targets q_proj,v_proj]
var benchmarks = new Dictionary<string, Action<Arguments>>
{
    ["training"] = TrainingBenchmark.Run,
    ["precision"] = PrecisionBenchmark.Run,
    ["memory"] = MemoryBenchmark.Run,
    ["endurance"] = EnduranceBenchmark.Run,
    ["loading"] = LoadingBenchmark.Run,
    ["tokenizer"] = TokenizerBenchmark.Run,
    ["privacy"] = PrivacyBenchmark.Run,
    ["merge"] = MergeBenchmark.Run,
    ["merge-store"] = MergeStoreBenchmark.Run,
    ["merge-shares"] = MergeSharesBenchmark.Run,
    ["svd"] = SvdBenchmark.Run,
    ["weights"] = WeightsBenchmark.Run,
    ["simulate"] = SimulationBenchmark.Run,
    ["fedau"] = FedAuBenchmark.Run,
    ["utility"] = UtilityBenchmark.Run,
    ["eva"] = InitialisationBenchmark.Run,
    ["ranks"] = RankAllocationBenchmark.Run,
};
if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
{
    Console.Error.WriteLine($"usage: benchmarks {string.Join(" | ", benchmarks.Keys)} [--name value …]");
    return 2;
}

benchmark(new Arguments(args[1..]));
return 0;
