using System.Globalization;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Files;
using Vitrina.Tests.Engine.Models.Trees;

namespace Vitrina.Tests.Engine.Models.Registry;

public sealed class TreeFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-trees-").FullName;

    private string Path => System.IO.Path.Combine(_root, "model.bin");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_saved_ensemble_comes_back_to_the_bit()
    {
        TreeEnsemble ensemble = RandomTrees.Ensemble(seed: 1, trees: 20, leaves: 31, inputs: 9);
        ensemble = ensemble with { Inputs = [new ModelInput("position", 1), .. ensemble.Inputs.Skip(1)], Link = new ScoreLink(LinkFunction.Logistic, 0.7) };
        ModelFile.Write(Path, new TreeModel(ensemble));
        TreeEnsemble read = Assert.IsType<TreeModel>(ModelFile.Read(Path, "trees")).Ensemble;
        Assert.Equal(ensemble.Inputs, read.Inputs);
        Assert.Equal(ensemble.BaseScore, read.BaseScore);
        Assert.Equal(ensemble.Link, read.Link);
        Assert.Equal(ensemble.Trees.Count, read.Trees.Count);
        foreach ((DecisionTree tree, DecisionTree other) in ensemble.Trees.Zip(read.Trees))
        {
            Assert.Equal(tree.Input, other.Input);
            Assert.Equal(tree.Threshold, other.Threshold);
            Assert.Equal(tree.Rules, other.Rules);
            Assert.Equal(tree.Left, other.Left);
            Assert.Equal(tree.Right, other.Right);
            Assert.Equal(tree.SplitCover, other.SplitCover);
            Assert.Equal(tree.LeafValue, other.LeafValue);
            Assert.Equal(tree.LeafCover, other.LeafCover);
            Assert.Equal(tree.CategorySets, other.CategorySets);
        }
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_is_refused()
    {
        ModelFile.Write(Path, new TreeModel(RandomTrees.Ensemble(seed: 2, trees: 2, leaves: 4, inputs: 3)));
        byte[] whole = File.ReadAllBytes(Path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);
            Assert.Contains(Path, Assert.Throws<DamagedFileException>(() => ModelFile.Read(Path, "trees")).Message, StringComparison.Ordinal);
        }

        for (int place = 0; place < whole.Length; place++)
        {
            byte[] changed = [.. whole];
            changed[place] ^= (byte)(1 << (place % 8));
            File.WriteAllBytes(Path, changed);
            Assert.Throws<DamagedFileException>(() => ModelFile.Read(Path, "trees"));
        }
    }

    [Fact]
    public void Nonsense_under_a_right_checksum_is_refused()
    {
        ModelFile.Write(Path, new TreeModel(RandomTrees.Ensemble(seed: 3, trees: 2, leaves: 4, inputs: 3)));
        byte[] payload = File.ReadAllBytes(Path)[8..^12];
        int refused = 0;
        for (int place = 0; place < payload.Length; place++)
        {
            byte[] changed = [.. payload];
            changed[place] ^= 0xFF;
            ChecksummedFile.Write(Path, TreeFile.Magic, 1, stream => stream.Write(changed));
            // A changed number may still be a number; anything else must be told as a damaged file, never as another error.
            Exception? error = Record.Exception(() => ModelFile.Read(Path, "trees"));
            Assert.True(error is null or DamagedFileException, error?.ToString());
            refused += error is null ? 0 : 1;
        }

        Assert.True(refused > payload.Length / 10);
        ChecksummedFile.Write(Path, TreeFile.Magic, 1, stream => stream.Write([.. payload, 0]));
        Assert.Throws<DamagedFileException>(() => ModelFile.Read(Path, "trees"));
        ChecksummedFile.Write(Path, TreeFile.Magic, 2, stream => stream.Write(payload));
        Assert.Contains("newer version", Assert.Throws<DamagedFileException>(() => ModelFile.Read(Path, "trees")).Message, StringComparison.Ordinal);
        Assert.Throws<DamagedFileException>(() => ModelFile.Read(Path, "logistic"));
    }

    [Fact]
    public void Bytes_of_the_first_format_open_forever()
    {
        byte[] bytes = Convert.FromBase64String(FirstFormat);
        File.WriteAllBytes(Path, bytes);
        TreeModel model = Assert.IsType<TreeModel>(ModelFile.Read(Path, "trees"));
        Assert.Equal([new ModelInput("price"), new ModelInput("category"), new ModelInput("position", 1)], model.Inputs);
        Assert.Equal(new ScoreLink(LinkFunction.Logistic, 0.5), model.Ensemble.Link);
        Assert.Equal(0.25 + 1 + 100, model.Ensemble.Score([2.5, double.NaN, 1]));
        Assert.Equal(0.25 + 3 + 100, model.Ensemble.Score([double.NaN, 4, 1]));
        Assert.Equal(0.25 + 2 + 100, model.Ensemble.Score([3, 5, 1]));
        Assert.Equal("0.25;10;4;6", string.Create(CultureInfo.InvariantCulture,
            $"{model.Ensemble.BaseScore};{model.Ensemble.Trees[0].SplitCover[0]};{model.Ensemble.Trees[0].LeafCover[0]};{model.Ensemble.Trees[0].SplitCover[1]}"));
        ModelFile.Write(Path, new TreeModel(FirstEnsemble()));
        Assert.Equal(bytes, File.ReadAllBytes(Path));
    }

    private static TreeEnsemble FirstEnsemble() => new()
    {
        Inputs = [new ModelInput("price"), new ModelInput("category"), new ModelInput("position", 1)],
        BaseScore = 0.25,
        Link = new ScoreLink(LinkFunction.Logistic, 0.5),
        Trees =
        [
            new DecisionTree
            {
                Input = [0, 1],
                Threshold = [2.5, 0],
                Rules = [SplitRules.None, SplitRules.Category],
                Left = [~0, ~2],
                Right = [1, ~1],
                SplitCover = [10, 6],
                LeafValue = [1, 2, 3],
                LeafCover = [4, 1, 5],
                CategorySets = [[1u << 4]],
            },
            new DecisionTree { Input = [], Threshold = [], Rules = [], Left = [], Right = [], SplitCover = [], LeafValue = [100], LeafCover = [10] },
        ],
    };

    private const string FirstFormat =
        "VlRSRQEAAAABAAAAAAAA4D8AAAAAAADQPwMFcHJpY2UAAMD/CGNhdGVnb3J5AADA/whwb3NpdGlvbgAAgD8CAgAAAAAAAAAEQAABAgAAAAAAACRAAQAAAAAAAAAAAQUDAA"
        + "AAAAAAGEAAAAAAAADwPwAAAAAAABBAAAAAAAAAAEAAAAAAAADwPwAAAAAAAAhAAAAAAAAAFEABARAAAAAAAAAAAAAAWUAAAAAAAAAkQACoAAAAAAAAAAZWkyM=";
}
