/** Every row of the catalogue; a test holds this list to the files beside it. */
import ai21 from "./providers/ai21.json" with { type: "json" };
import anthropic from "./providers/anthropic.json" with { type: "json" };
import anthropicCompatible from "./providers/anthropic-compatible.json" with { type: "json" };
import azureOpenai from "./providers/azure-openai.json" with { type: "json" };
import baichuan from "./providers/baichuan.json" with { type: "json" };
import bedrock from "./providers/bedrock.json" with { type: "json" };
import cerebras from "./providers/cerebras.json" with { type: "json" };
import cloudflare from "./providers/cloudflare.json" with { type: "json" };
import cohere from "./providers/cohere.json" with { type: "json" };
import databricks from "./providers/databricks.json" with { type: "json" };
import deepinfra from "./providers/deepinfra.json" with { type: "json" };
import deepseek from "./providers/deepseek.json" with { type: "json" };
import fireworks from "./providers/fireworks.json" with { type: "json" };
import gemini from "./providers/gemini.json" with { type: "json" };
import githubCopilot from "./providers/github-copilot.json" with { type: "json" };
import githubModels from "./providers/github-models.json" with { type: "json" };
import groq from "./providers/groq.json" with { type: "json" };
import huggingface from "./providers/huggingface.json" with { type: "json" };
import hunyuan from "./providers/hunyuan.json" with { type: "json" };
import hyperbolic from "./providers/hyperbolic.json" with { type: "json" };
import jan from "./providers/jan.json" with { type: "json" };
import jina from "./providers/jina.json" with { type: "json" };
import lambda from "./providers/lambda.json" with { type: "json" };
import llamacpp from "./providers/llamacpp.json" with { type: "json" };
import lmstudio from "./providers/lmstudio.json" with { type: "json" };
import localai from "./providers/localai.json" with { type: "json" };
import minimax from "./providers/minimax.json" with { type: "json" };
import mistral from "./providers/mistral.json" with { type: "json" };
import moonshot from "./providers/moonshot.json" with { type: "json" };
import nebius from "./providers/nebius.json" with { type: "json" };
import novita from "./providers/novita.json" with { type: "json" };
import nvidiaNim from "./providers/nvidia-nim.json" with { type: "json" };
import ollama from "./providers/ollama.json" with { type: "json" };
import openai from "./providers/openai.json" with { type: "json" };
import openaiCompatible from "./providers/openai-compatible.json" with { type: "json" };
import openrouter from "./providers/openrouter.json" with { type: "json" };
import perplexity from "./providers/perplexity.json" with { type: "json" };
import qwen from "./providers/qwen.json" with { type: "json" };
import replicate from "./providers/replicate.json" with { type: "json" };
import sambanova from "./providers/sambanova.json" with { type: "json" };
import sglang from "./providers/sglang.json" with { type: "json" };
import siliconflow from "./providers/siliconflow.json" with { type: "json" };
import stability from "./providers/stability.json" with { type: "json" };
import stepfun from "./providers/stepfun.json" with { type: "json" };
import together from "./providers/together.json" with { type: "json" };
import vercelGateway from "./providers/vercel-gateway.json" with { type: "json" };
import vertex from "./providers/vertex.json" with { type: "json" };
import vllm from "./providers/vllm.json" with { type: "json" };
import volcengine from "./providers/volcengine.json" with { type: "json" };
import voyage from "./providers/voyage.json" with { type: "json" };
import xai from "./providers/xai.json" with { type: "json" };
import xiaomiMimo from "./providers/xiaomi-mimo.json" with { type: "json" };
import zai from "./providers/zai.json" with { type: "json" };
import zhipuCn from "./providers/zhipu-cn.json" with { type: "json" };

export const CATALOGUE_ROWS: readonly unknown[] = [
  ai21,
  anthropic,
  anthropicCompatible,
  azureOpenai,
  baichuan,
  bedrock,
  cerebras,
  cloudflare,
  cohere,
  databricks,
  deepinfra,
  deepseek,
  fireworks,
  gemini,
  githubCopilot,
  githubModels,
  groq,
  huggingface,
  hunyuan,
  hyperbolic,
  jan,
  jina,
  lambda,
  llamacpp,
  lmstudio,
  localai,
  minimax,
  mistral,
  moonshot,
  nebius,
  novita,
  nvidiaNim,
  ollama,
  openai,
  openaiCompatible,
  openrouter,
  perplexity,
  qwen,
  replicate,
  sambanova,
  sglang,
  siliconflow,
  stability,
  stepfun,
  together,
  vercelGateway,
  vertex,
  vllm,
  volcengine,
  voyage,
  xai,
  xiaomiMimo,
  zai,
  zhipuCn,
];
