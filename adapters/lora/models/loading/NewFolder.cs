using Federated.Adapters.Checkpoints;

namespace Federated.Adapters.Models;

/// <summary>A folder that is made: whole at its place, or not there.</summary>
internal static class NewFolder
{
    /// <summary>Makes it.</summary>
    /// <param name="target">The folder; nothing may be there.</param>
    /// <param name="fill">Fills a folder of another name beside it.</param>
    /// <exception cref="InvalidCheckpointException">The target is there.</exception>
    public static void Make(string target, Action<string> fill)
    {
        if (Path.Exists(target))
        {
            throw new InvalidCheckpointException($"{target} is there already; name a folder that is not.");
        }

        var unfinished = Path.TrimEndingDirectorySeparator(target) + ".tmp";
        Directory.CreateDirectory(unfinished);
        try
        {
            fill(unfinished);
            Directory.Move(unfinished, target);
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }
}
