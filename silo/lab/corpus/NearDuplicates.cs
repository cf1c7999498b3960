namespace Federated.Lab.Corpus;

/// <summary>Finds texts that say almost the same, by <see cref="NearDuplicateIndex"/>.</summary>
public static class NearDuplicates
{
    /// <summary>Keeps, of each family of near-duplicates, the member that comes first.</summary>
    /// <typeparam name="T">Type of the items.</typeparam>
    /// <param name="items">Items in order of preference.</param>
    /// <param name="text">The text by which an item is compared.</param>
    /// <param name="against">Items to stay clear of as well, or null. It is not changed.</param>
    /// <returns>The items kept, in their order.</returns>
    public static IReadOnlyList<T> Remove<T>(
        IEnumerable<T> items,
        Func<T, string> text,
        NearDuplicateIndex? against = null
    )
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(text);
        var index = new NearDuplicateIndex();
        return [.. items.Where(item => against?.Contains(text(item)) != true && index.Add(text(item)))];
    }

    /// <summary>Keeps the first of each family of near-duplicate records, comparing them without their headings.</summary>
    /// <param name="members">Records in order of preference.</param>
    /// <returns>The records kept, in their order.</returns>
    public static IReadOnlyList<DocumentedMember> Remove(IEnumerable<DocumentedMember> members) =>
        Remove(members, member => member.Body);
}
