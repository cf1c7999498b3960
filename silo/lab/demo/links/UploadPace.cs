namespace Federated.Lab.Demo.Links;

/// <summary>A token bucket: small messages pass at once, a large upload is held to a rate.</summary>
/// <param name="bytesPerSecond">The lasting rate, over 0.</param>
/// <param name="burstBytes">What may pass at once after a quiet time.</param>
/// <param name="time">Gives the frequency of the timestamps passed to <see cref="Take"/>.</param>
internal sealed class UploadPace(double bytesPerSecond, int burstBytes, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _available = burstBytes;
    private long? _last;

    /// <summary>Takes <paramref name="bytes"/> out of the bucket and says how long their sender has to wait.</summary>
    public TimeSpan Take(int bytes, long timestamp)
    {
        lock (_gate)
        {
            if (_last is { } last)
            {
                var refill = time.GetElapsedTime(last, timestamp).TotalSeconds * bytesPerSecond;
                _available = Math.Min(burstBytes, _available + refill);
            }

            _last = timestamp;
            _available -= bytes;
            return _available >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_available / bytesPerSecond);
        }
    }
}
