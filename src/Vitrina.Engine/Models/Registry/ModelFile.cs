using System.Buffers.Binary;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Registry;

/// <summary>The bytes of a version's model, by its kind.</summary>
internal static class ModelFile
{
    public static void Write(string path, RankingModel model)
    {
        switch (model)
        {
            case LogisticModel logistic:
                LogisticFile.Write(path, logistic);
                break;
            case TreeModel trees:
                TreeFile.Write(path, trees);
                break;
            default:
                throw new ArgumentException($"Models of kind '{model.Kind}' have no file format.", nameof(model));
        }
    }

    /// <summary>Reads a file whose kind only its own first bytes say.</summary>
    public static RankingModel Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        bool isWhole = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4;
        return (isWhole ? BinaryPrimitives.ReadUInt32LittleEndian(magic) : 0) switch
        {
            LogisticFile.Magic => LogisticFile.Read(path),
            TreeFile.Magic => TreeFile.Read(path),
            _ => throw new DamagedFileException(path, "not a model file: it is neither LightGBM's text nor XGBoost's JSON (save_model with a name that ends in .json) nor one of ours"),
        };
    }

    public static RankingModel Read(string path, string kind) => kind switch
    {
        "logistic" => LogisticFile.Read(path),
        "trees" => TreeFile.Read(path),
        _ => throw new DamagedFileException(path, $"holds a model of the unknown kind '{kind}'"),
    };
}
