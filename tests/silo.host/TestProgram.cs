using Xunit.MicrosoftTestingPlatform;

namespace Federated.Silo.Tests;

/// <summary>Runs the tests, or is the process that one of them kills.</summary>
internal static class TestProgram
{
    public static async Task<int> Main(string[] args)
    {
        if (JournalAppender.AskedFor is { } file)
        {
            await JournalAppender.AppendForeverAsync(file);
        }

        return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
