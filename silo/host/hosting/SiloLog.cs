using System.Globalization;
using Google.Protobuf;
using Serilog;
using Serilog.Events;

namespace Federated.Silo;

/// <summary>Where log lines go: a rolling file in the data folder, and the error stream, so that output stays for programs.</summary>
internal static class SiloLog
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static Serilog.ILogger Create(DataFolder data, bool toConsole)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
            .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
            .MinimumLevel.Override("Polly", LogEventLevel.Warning)
            // Bytes that are no message of this protocol: anybody can send them, and as often as they like.
            .Filter.ByExcluding(entry => entry.Exception is InvalidProtocolBufferException)
            // A slow turn of a loaded machine is nothing that an operator can act on.
            .MinimumLevel.Override("Orleans.Runtime.Scheduler", LogEventLevel.Error)
            // It takes a machine that has been up for hours for one that has stalled.
            .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)
            .WriteTo.File(
                Path.Combine(data.LogFolder, "fedsilo-.log"),
                rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: 32 << 20,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: 14,
                formatProvider: CultureInfo.InvariantCulture
            );
        if (toConsole)
        {
            log.WriteTo.Console(
                outputTemplate: Line,
                formatProvider: CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose
            );
        }

        return log.CreateLogger();
    }
}
