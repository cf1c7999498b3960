using Federated.Aggregation;
using Federated.Aggregation.Grains;
using Federated.Lab.Simulate;

namespace Federated.Lab.Tests.Simulate;

public sealed class BlobRetentionTests
{
    private readonly MemoryBlobStore _blobs = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_updates_that_a_node_had_in_its_last_merge_stay_and_those_too_late_do_not()
    {
        var retention = new BlobRetention(_blobs, 4);
        var (first, second, late, next) = (await PutAsync(1), await PutAsync(2), await PutAsync(3), await PutAsync(4));

        await retention.ApplyAsync(Published(1, (first, 1), (second, 0.5)), Cancellation);
        Assert.True(await IsThereAsync(first));
        Assert.True(await IsThereAsync(second));

        await retention.ApplyAsync(Published(2, (late, 0)), Cancellation);
        Assert.False(await IsThereAsync(late));
        Assert.True(await IsThereAsync(first));

        await retention.ApplyAsync(Published(3, (next, 1)), Cancellation);
        Assert.False(await IsThereAsync(first));
        Assert.False(await IsThereAsync(second));
        Assert.True(await IsThereAsync(next));
    }

    private Task<string> PutAsync(byte content) => _blobs.PutAsync(new[] { content }, Cancellation);

    private async Task<bool> IsThereAsync(string digest) => await _blobs.LengthAsync(digest, Cancellation) is not null;

    private static VersionPublished Published(long version, params (string Digest, double Scale)[] updates)
    {
        UpdateReport[] reports =
        [
            .. updates.Select(update => new UpdateReport("node", version, update.Digest, 0, update.Scale, 1, 1, 1)),
        ];
        var digest = new string((char)('a' + version), 64);
        return new(DateTimeOffset.UnixEpoch, version, digest, 1, new(1, reports, 1, 1, 1, 1));
    }
}
