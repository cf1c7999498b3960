using Federated.Adapters.Models;
using Federated.Lab.Corpus;
using Federated.Lab.Pretrain;

namespace Federated.Lab.Tests.Pretrain;

public sealed class CommittedModelTests
{
    [Fact]
    public void A_held_out_assembly_costs_about_what_the_model_card_says()
    {
        using var loaded = BaseModel.Load(RepositoryFolder.BaseDocs);
        var xml = ReferencePacks
            .Find("Microsoft.NETCore.App.Ref")
            .XmlFiles.Single(file => Path.GetFileName(file) == "System.Text.RegularExpressions.xml");
        var texts = NearDuplicates.Remove(XmlDocumentationCorpus.Read([xml])).Select(member => member.Text);
        var records = EncodedRecords.Whole(texts, loaded.Tokenizer, (int)loaded.Model.MaxSequenceLength);

        var (nats, _) = HeldOutLoss.Measure(
            loaded.LanguageModel,
            records.Select(record => record.Ids),
            TestContext.Current.CancellationToken
        );

        // 0.54 over all held-out assemblies; this one alone, and another version of the pack, may differ from that.
        Assert.InRange(nats / records.Sum(record => record.Text.Length), 0.3, 0.62);
    }
}
