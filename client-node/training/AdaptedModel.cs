using Federated.Adapters;
using Federated.Adapters.Checkpoints;
using Federated.Adapters.Models;
using Federated.Adapters.Quantization;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>A run's base model with the run's adapter on it.</summary>
internal sealed class AdaptedModel : IDisposable
{
    private IReadOnlyList<LayerProduct>? _products;
    private FrozenProducts? _residual;

    private AdaptedModel(string runDigest, BaseModel @base, LoraAdapter adapter)
    {
        RunDigest = runDigest;
        Base = @base;
        Adapter = adapter;
    }

    /// <summary>The run.</summary>
    public string RunDigest { get; }

    /// <summary>The frozen model and its tokenizer.</summary>
    public BaseModel Base { get; }

    /// <summary>The adapter; the initial one at first.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>Loads the model that a run names.</summary>
    /// <param name="runDigest">The run.</param>
    /// <param name="run">Its document.</param>
    /// <param name="models">Model name → folder.</param>
    /// <param name="initial">The A factors where the run names a file (<see cref="InitialFactorsFile"/>); null elsewhere.</param>
    /// <param name="device">Where the network lies; the CPU when null.</param>
    /// <exception cref="NodeHomeException">node.yaml names no folder for the model.</exception>
    /// <exception cref="InvalidCheckpointException">The folder holds another model than the run names.</exception>
    public static AdaptedModel Open(
        string runDigest,
        RunDocument run,
        IReadOnlyDictionary<string, string> models,
        InitialFactors? initial = null,
        TorchSharp.torch.Device? device = null
    )
    {
        if (!models.TryGetValue(run.BaseModel.Name, out var folder))
        {
            throw new NodeHomeException($"models.{run.BaseModel.Name} is missing in node.yaml: add the model's folder");
        }

        var model = BaseModel.Load(folder, BasePrecisions.Parse(run.BaseModel.Precision), device);
        try
        {
            if (model.Sha256 != run.BaseModel.Sha256)
            {
                throw new InvalidCheckpointException(
                    $"{folder} has sha256 {model.Sha256}, and the run wants {run.BaseModel.Sha256}; restore the model"
                );
            }

            RequirePacked(model, run.BaseModel);
            return new AdaptedModel(runDigest, model, new LoraAdapter(model.Model, LayoutOf(run, folder, initial)));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Refuses weights that are packed to other bits than the run names.</summary>
    /// <exception cref="InvalidCheckpointException">Other bits.</exception>
    public static void RequirePacked(BaseModel model, BaseModelSection asked)
    {
        var packed = PackedDigest.Of(model.Model);
        if (packed != asked.PackedSha256)
        {
            throw new InvalidCheckpointException(
                $"{model.Folder} packed to {asked.Precision} has sha256 {packed ?? "none"}, and the run wants {asked.PackedSha256}; "
                    + "the run was written with another release of the packing"
            );
        }
    }

    /// <summary>The layout of a run's adapter on the model in a folder; loads no weights.</summary>
    /// <param name="run">The run.</param>
    /// <param name="modelFolder">The model.</param>
    /// <param name="initial">
    /// The A factors where the run names a file. Without them the layout has the right shapes, and the digest of another run: nothing that it
    /// makes is accepted.
    /// </param>
    public static AdapterLayout LayoutOf(RunDocument run, string modelFolder, InitialFactors? initial = null) =>
        AdapterLayout.For(
            ModelShapes.Of(modelFolder).Linears,
            new AdapterOptions(
                run.Adapter.Rank,
                run.Adapter.Alpha,
                AdapterOptions.ParseScaling(run.Adapter.Scaling),
                run.Adapter.Targets,
                run.Adapter.Seed
            )
            {
                Factors = AdapterOptions.ParseFactors(run.Adapter.Factors),
                RankPattern = run.Adapter.RankPattern,
                Initial = initial,
            }
        );

    /// <summary>Puts the frozen products of a version under its adapter, in place of those before.</summary>
    /// <param name="residual">One for each layer of the adapter; null = none.</param>
    public void SetResidual(IReadOnlyList<LayerProduct>? residual)
    {
        if (!ReferenceEquals(residual, _products))
        {
            _residual?.Dispose();
            _residual = residual is null ? null : new FrozenProducts(Base.Model, Adapter.Layout, residual);
            _products = residual;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _residual?.Dispose();
        Adapter.Dispose();
        Base.Dispose();
    }
}
