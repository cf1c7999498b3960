using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Protocol;
using TorchSharp;

namespace Federated.Silo;

/// <summary>
/// Judges versions on public records with the run's base model: one at a time, on a thread of its own, so that the silo's scheduler stays
/// free. It holds one base model, that of the run it judged last.
/// </summary>
internal sealed class PublicEvaluator(
    LayoutCatalog catalog,
    PublicData data,
    IBlobStore blobs,
    IHostApplicationLifetime lifetime
) : IPublicEvaluator, IDisposable
{
    private const int MaxTokensAtOnce = 2048;
    private const int TokensOfASample = 32;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private (string Sha256, string Precision, BaseModel Model)? _loaded;

    /// <inheritdoc/>
    public async Task<VersionEvaluation?> EvaluateAsync(
        RunDocument document,
        AdapterLayout layout,
        PublishedVersion version,
        CancellationToken cancellation
    )
    {
        if (
            document.Evaluation is not { } evaluation
            || data.Find(evaluation) is not { } records
            || catalog.Models.FirstOrDefault(model => model.Name == document.BaseModel.Name) is not { } model
        )
        {
            return null;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        cancellation = either.Token;
        await _turn.WaitAsync(cancellation);
        try
        {
            var values = await ReadAsync(
                version.Digest,
                stream => AdapterBlob.Read(stream, layout, AdapterBlobKind.Adapter),
                cancellation
            );
            var products = version.Residual is { } residual
                ? await ReadAsync(
                    residual.Digest,
                    stream => ProductsReader.ReadAll(stream, ProductsKind.Residual, layout),
                    cancellation
                )
                : null;
            return await Task.Factory.StartNew(
                () => Judge(document, model, layout, version.Number, values, products, records, cancellation),
                cancellation,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loaded?.Model.Dispose();
        _turn.Dispose();
    }

    private VersionEvaluation Judge(
        RunDocument document,
        CatalogModel model,
        AdapterLayout layout,
        long version,
        float[] values,
        IReadOnlyList<LayerProduct>? products,
        PublicRecords records,
        CancellationToken cancellation
    )
    {
        // One thread, so that nodes on the same machine and the silo's own calls keep theirs.
        torch.set_num_threads(1);
        var loaded = Load(document.BaseModel, model);
        using var adapter = new LoraAdapter(loaded.Model, layout);
        adapter.SetValues(values);
        using var residual = products is null ? null : new FrozenProducts(loaded.Model, layout, products);
        var local = document.Local;
        var loss = HeldOutEvaluation.Evaluate(
            loaded.Model,
            loaded.Model is ImageClassifier images
                ? records.EncodeImages(images)
                : records.Encode(loaded.Model, loaded.Tokenizer, local.MaxSequenceLength, local.PromptMasking),
            MaxTokensAtOnce,
            cancellation
        );
        return new VersionEvaluation(
            version,
            double.IsFinite(loss.Nats) ? loss.Nats : double.MaxValue,
            Math.Max(1, loss.Tokens),
            loss.Characters,
            loss.Records,
            [.. Samples(loaded, document.Evaluation!.Prompts, cancellation)]
        )
        {
            Correct = loss.Correct,
        };
    }

    private static IEnumerable<GenerationSample> Samples(
        BaseModel loaded,
        IReadOnlyList<string> prompts,
        CancellationToken cancellation
    )
    {
        if (prompts.Count == 0 || loaded.Model is not CausalLanguageModel)
        {
            yield break;
        }

        var generator = new TextGenerator(loaded.LanguageModel, loaded.Tokenizer);
        foreach (var prompt in prompts)
        {
            yield return new GenerationSample(
                prompt,
                generator.Continue(prompt, TokensOfASample, cancellationToken: cancellation)
            );
        }
    }

    private BaseModel Load(BaseModelSection asked, CatalogModel model)
    {
        if (_loaded is { } held && held.Sha256 == model.Digest && held.Precision == asked.Precision)
        {
            return held.Model;
        }

        _loaded?.Model.Dispose();
        _loaded = null;
        var loaded = BaseModel.Load(model.Folder, BasePrecisions.Parse(asked.Precision));
        _loaded = (model.Digest, asked.Precision, loaded);
        return loaded;
    }

    private async Task<T> ReadAsync<T>(string digest, Func<Stream, T> read, CancellationToken cancellation)
    {
        await blobs.RequireWholeAsync([digest], cancellation);
        await using var stream = await blobs.OpenAsync(digest, cancellation);
        return read(stream);
    }
}
